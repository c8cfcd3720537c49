#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace db {

// How many records found no segment, over all processes: counted in a mapped file, so that kill -9
// forgets none. Without a file (a full disk at the start) the numbers are this process's alone. Any
// thread; add() never blocks.
class LossCounter {
 public:
  explicit LossCounter(const std::string& path);
  ~LossCounter();
  LossCounter(const LossCounter&) = delete;
  LossCounter& operator=(const LossCounter&) = delete;

  void add(bool refusal) { field(refusal).fetch_add(1); }
  uint64_t refusals() const { return field(true).load(); }
  uint64_t others() const { return field(false).load(); }

 private:
  struct Numbers {
    uint64_t magic;
    uint64_t refusals;
    uint64_t others;
  };
  std::atomic_ref<uint64_t> field(bool refusal) const {
    return std::atomic_ref(refusal ? numbers_->refusals : numbers_->others);
  }

  Numbers own_{};
  Numbers* numbers_ = &own_;
};

}  // namespace db
