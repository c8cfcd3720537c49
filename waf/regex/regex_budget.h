#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace waf {

// The time that the regular expressions of one transaction may take together. One search is bounded
// in itself (Regex); a request with hundreds of values, each slow for some pattern, is bounded
// here. What a plain pass over the bytes takes is not charged, so large bodies are not refused for
// their size; a search is charged for what it takes beyond.
//
// Owned by a transaction. While a Scope lives, the searches of its thread are charged to the
// budget; once that is spent each of them answers LimitExceeded at once.
class RegexBudget {
 public:
  using Duration = std::chrono::nanoseconds;
  explicit RegexBudget(Duration limit = kDefault) : limit_(limit) {}

  class Scope {
   public:
    explicit Scope(RegexBudget* budget);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    RegexBudget* outer_;
  };

  // Of this thread; null outside of any transaction (at load).
  static RegexBudget* current();

  bool isSpent() const { return spent_; }
  // Around a search of `bytes` bytes.
  struct Start {
    uint64_t ticks = 0;
    Duration own{};
  };
  Start start() const;
  void charge(const Start& start, size_t bytes);
  // For the response, which is another's doing.
  void renew();

  static constexpr Duration kDefault = std::chrono::milliseconds(250);

 private:
  Duration limit_;
  uint64_t excess_ticks_ = 0;  // as long as it is not slow
  uint64_t next_look_ = 0;
  // From then on the thread's own time counts, not what others did to it meanwhile.
  bool slow_ = false;
  Duration excess_{};
  bool spent_ = false;
};

// CPU time of this thread: what a busy machine does to others is not in it. A system call.
std::chrono::nanoseconds threadCpuTime();

// For tests: how often the above was asked on this thread.
size_t threadCpuTimeReads();

}  // namespace waf
