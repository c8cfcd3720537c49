#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "waf/base/clock.h"
#include "waf/operators/block_lists.h"

namespace gateway {

// Asks DNS for what @rbl wants to know (RFC 5782: an A record in 127.0.0.0/8 means listed, no such
// name means not listed; 127.255.255.0/24 is how lists refuse an asker). Blocks: for `inspect`.
waf::BlockListAnswer askDns(const std::string& name);

// Answers @rbl from memory and finds out in the background: getaddrinfo on two threads of its own,
// which start with the first question. A name that is not known yet, or whose answer has aged, is
// queued; meanwhile the answer is Unknown, or the aged one. Bounded: names kept, names waiting;
// what does not fit is Unknown. Any thread may ask.
class DnsBlockLists final : public waf::BlockListResolver {
 public:
  using Lookup = std::function<waf::BlockListAnswer(const std::string& name)>;
  explicit DnsBlockLists(Lookup lookup = askDns, const waf::Clock& clock = waf::Clock::system());
  // Does not wait for a look-up that is under way: it ends by itself and is forgotten.
  ~DnsBlockLists() override;
  DnsBlockLists(const DnsBlockLists&) = delete;
  DnsBlockLists& operator=(const DnsBlockLists&) = delete;

  waf::BlockListAnswer ask(std::string_view name) override;
  size_t known() const;
  size_t waiting() const;  // for an answer, those being asked for included

  static constexpr size_t kMaxKnown = 50'000;
  static constexpr size_t kMaxWaiting = 1000;
  static constexpr size_t kThreads = 2;
  // getaddrinfo does not tell a record's own time to live.
  static constexpr std::chrono::minutes kFresh{15};
  static constexpr std::chrono::minutes kFreshAfterFailure{1};

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// For `inspect`: each question waits for its answer.
class WaitingBlockLists final : public waf::BlockListResolver {
 public:
  waf::BlockListAnswer ask(std::string_view name) override { return askDns(std::string(name)); }
};

}  // namespace gateway
