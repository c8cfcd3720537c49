#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/loop/unique_fd.h"
#include "waf/base/result.h"

namespace gateway {

// One end of the way between a process that serves and the one that takes over from it (binary
// upgrade): packets on a socket pair, with descriptors beside the text (SCM_RIGHTS, unix(7)). Used
// by one thread at each end.
class HandoverChannel {
 public:
  static constexpr size_t kMostText = 4096;
  static constexpr size_t kMostDescriptors = 64;  // in one message

  struct Message {
    std::string text;
    std::vector<UniqueFd> descriptors;  // close-on-exec
  };

  explicit HandoverChannel(UniqueFd end) : end_(std::move(end)) {}
  static waf::Result<std::pair<HandoverChannel, HandoverChannel>> makePair();

  int descriptor() const { return end_.get(); }
  // False: the other end is gone.
  bool send(std::string_view text, std::span<const int> descriptors = {});
  // Nothing: the other end is gone, the time is over, or `given_up`, which is asked now and then,
  // says so.
  std::optional<Message> receive(std::chrono::milliseconds timeout,
                                 const std::function<bool()>& given_up = {});

 private:
  UniqueFd end_;
};

}  // namespace gateway
