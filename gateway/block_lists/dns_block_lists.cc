#include "gateway/block_lists/dns_block_lists.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace gateway {
namespace {

using Answer = waf::BlockListAnswer;

struct AddressListDelete {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

constexpr uint32_t kLists = 127u << 24;     // 127.0.0.0/8
constexpr uint32_t kRefusals = 0x7fffff00;  // 127.255.255.0/24
constexpr uint32_t kRefusalMask = 0xffffff00;

}  // namespace

Answer askDns(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  // With a point at its end, so that no search list of the machine's is tried.
  const int code = ::getaddrinfo((name + ".").c_str(), nullptr, &hints, &raw);
  const std::unique_ptr<addrinfo, AddressListDelete> list(raw);
  if (code == EAI_NONAME || code == EAI_NODATA) return {Answer::Kind::NotListed, 0};
  if (code != 0) return {};
  Answer answer{Answer::Kind::NotListed, 0};
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    const uint32_t address =
        ntohl(reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_addr.s_addr);
    if ((address & kRefusalMask) == kRefusals) return {};
    if (address >> 24 == kLists >> 24) answer = {Answer::Kind::Listed, address};
  }
  return answer;
}

struct DnsBlockLists::State {
  struct Entry {
    Answer answer;
    waf::MonotonicTime good_until{};
    bool queued = false;
    std::list<std::string>::iterator recent;
  };

  State(Lookup how, const waf::Clock& time) : lookup(std::move(how)), clock(time) {}

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || !queue.empty(); });
      if (stopping) return;
      const std::string name = std::move(queue.front());
      queue.pop_front();
      ++asking;
      lock.unlock();
      const Answer answer = lookup(name);
      lock.lock();
      --asking;
      if (stopping) return;
      const auto found = entries.find(name);
      if (found == entries.end()) continue;
      Entry& entry = found->second;
      entry.queued = false;
      const bool failed = answer.kind == Answer::Kind::Unknown;
      // A list that does not answer now has not forgotten what it said.
      if (!failed) entry.answer = answer;
      entry.good_until =
          clock.monotonic() + (failed ? DnsBlockLists::kFreshAfterFailure : DnsBlockLists::kFresh);
    }
  }

  const Lookup lookup;
  const waf::Clock& clock;
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::unordered_map<std::string, Entry> entries;
  std::list<std::string> recent;  // names, the last asked first
  std::deque<std::string> queue;
  size_t asking = 0;  // names that a thread took out of the queue and has no answer for yet
  bool started = false;
  bool stopping = false;
};

DnsBlockLists::DnsBlockLists(Lookup lookup, const waf::Clock& clock)
    : state_(std::make_shared<State>(std::move(lookup), clock)) {}

DnsBlockLists::~DnsBlockLists() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
}

Answer DnsBlockLists::ask(std::string_view name) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (!state.started) {
    state.started = true;
    for (size_t i = 0; i < kThreads; ++i) {
      std::thread([kept = state_] { kept->run(); }).detach();
    }
  }
  const std::string key(name);
  const auto found = state.entries.find(key);
  if (found != state.entries.end()) {
    State::Entry& entry = found->second;
    state.recent.splice(state.recent.begin(), state.recent, entry.recent);
    const bool aged = state.clock.monotonic() >= entry.good_until;
    if (aged && !entry.queued && state.queue.size() < kMaxWaiting) {
      entry.queued = true;
      state.queue.push_back(key);
      state.wake.notify_one();
    }
    return entry.answer;
  }
  if (state.queue.size() >= kMaxWaiting) return {};
  if (state.entries.size() >= kMaxKnown) {
    state.entries.erase(state.recent.back());
    state.recent.pop_back();
  }
  state.recent.push_front(key);
  State::Entry& entry = state.entries[key];
  entry.recent = state.recent.begin();
  entry.queued = true;
  state.queue.push_back(key);
  state.wake.notify_one();
  return {};
}

size_t DnsBlockLists::known() const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries.size();
}

size_t DnsBlockLists::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.size() + state_->asking;
}

}  // namespace gateway
