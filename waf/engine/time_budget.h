#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace waf {

// The time that the inspection of one request, and again that of its response, may take together:
// what no limit of a part bounds (thousands of values, each cheap, times thousands of rules). Owned
// by a transaction, used by its thread. The work is reported by its size, and the processor's
// counter is read only after so much of it. Once the half is gone the thread's own time counts, so
// that a busy or suspended machine spends nobody's budget.
class TimeBudget {
 public:
  // 0: none.
  explicit TimeBudget(std::chrono::nanoseconds limit);

  // Around each stretch of work: the waiting for a client between two is not charged.
  class Scope {
   public:
    explicit Scope(TimeBudget* budget) : budget_(budget) { budget_->start(); }
    ~Scope() { budget_->stop(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    TimeBudget* const budget_;
  };
  // The next stretch has all of it again.
  void renew();

  // Some work was done, such as a look at so many bytes.
  void work(size_t bytes) {
    left_ -= static_cast<int64_t>(bytes) + kEach;
    if (left_ < 0) look();
  }
  bool isSpent() const { return spent_; }
  std::chrono::nanoseconds limit() const { return limit_; }

 private:
  static constexpr int64_t kEach = 64;
  static constexpr int64_t kLook = 16384;
  void start();
  void stop();
  void look();

  const std::chrono::nanoseconds limit_;
  int64_t left_ = kLook;
  std::chrono::nanoseconds used_{};  // in earlier stretches
  uint64_t started_ = 0;
  std::chrono::nanoseconds own_started_{};
  bool slow_ = false;  // from then on the thread's own time counts
  bool spent_ = false;
};

}  // namespace waf
