#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace waf {

// A set of small numbers whose storage is reused: clear() allocates nothing once it has had the
// size.
class BitSet {
 public:
  BitSet() = default;
  explicit BitSet(size_t size) { clear(size); }

  // Empties the set and makes room for numbers below `size`.
  void clear(size_t size) {
    size_ = size;
    words_.assign((size + 63) / 64, 0);
  }
  size_t size() const { return size_; }

  void set(size_t number) { words_[number / 64] |= uint64_t{1} << (number % 64); }
  void reset(size_t number) { words_[number / 64] &= ~(uint64_t{1} << (number % 64)); }
  bool test(size_t number) const { return (words_[number / 64] >> (number % 64) & 1) != 0; }

  void setAll() {
    for (size_t i = 0; i < size_; ++i) set(i);
  }
  // `other` has the same size.
  void add(const BitSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

  // Adds the numbers whose bits are set in `bits` from bit `first` on: number 0 is bit `first`. The
  // bits beyond size() may be anything.
  void addBits(const uint64_t* bits, size_t first) {
    const size_t shift = first % 64;
    const uint64_t* word = bits + first / 64;
    for (size_t i = 0; i < words_.size(); ++i, ++word) {
      const size_t wanted = size_ - i * 64 < 64 ? size_ - i * 64 : 64;
      uint64_t found = *word >> shift;
      if (shift + wanted > 64) found |= word[1] << (64 - shift);
      words_[i] |= wanted == 64 ? found : found & ((uint64_t{1} << wanted) - 1);
    }
  }
  bool operator==(const BitSet&) const = default;

  bool any() const {
    for (const uint64_t word : words_) {
      if (word != 0) return true;
    }
    return false;
  }
  size_t count() const {
    size_t total = 0;
    for (const uint64_t word : words_) total += static_cast<size_t>(std::popcount(word));
    return total;
  }

  // Calls visit(number) for each member in ascending order.
  template <typename Visit>
  void forEach(Visit&& visit) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(i * 64 + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  size_t size_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace waf
