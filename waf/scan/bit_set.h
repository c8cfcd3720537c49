#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace waf {

// A set of small numbers whose storage is reused: clear() allocates nothing once it has had the
// size. Those of large groups have thousands of numbers and hardly ever a member: what is done to
// all members is done to the words between the first and the last.
class BitSet {
 public:
  BitSet() = default;
  explicit BitSet(size_t size) { clear(size); }
  BitSet(const BitSet& other) { *this = other; }
  BitSet& operator=(const BitSet& other) {
    if (this == &other) return *this;
    clear(other.size_);
    std::copy(other.words_.begin() + other.begin_, other.words_.begin() + other.end_,
              words_.begin() + other.begin_);
    begin_ = other.begin_;
    end_ = other.end_;
    return *this;
  }

  // Empties the set and makes room for numbers below `size`.
  void clear(size_t size) {
    std::fill(words_.begin() + begin_, words_.begin() + end_, 0);
    begin_ = end_ = 0;
    size_ = size;
    if (words_.size() < words()) words_.resize(words());
  }
  size_t size() const { return size_; }

  void set(size_t number) { at(number / 64) |= uint64_t{1} << (number % 64); }
  void reset(size_t number) { words_[number / 64] &= ~(uint64_t{1} << (number % 64)); }
  bool test(size_t number) const { return (words_[number / 64] >> (number % 64) & 1) != 0; }
  // The numbers from 64 * `index` on.
  uint64_t word(size_t index) const { return words_[index]; }
  size_t words() const { return (size_ + 63) / 64; }

  void setAll() {
    for (size_t i = 0; i < words(); ++i) at(i) = wanted(i);
  }
  // `other` has the same size.
  void add(const BitSet& other) {
    for (ptrdiff_t i = other.begin_; i < other.end_; ++i) {
      const auto index = static_cast<size_t>(i);
      if (other.words_[index] != 0) at(index) |= other.words_[index];
    }
  }

  // Adds the numbers whose bits are set in `bits` from bit `first` on: number 0 is bit `first`. The
  // bits beyond size() may be anything.
  void addBits(const uint64_t* bits, size_t first) {
    const size_t shift = first % 64;
    const uint64_t* word = bits + first / 64;
    for (size_t i = 0; i < words(); ++i, ++word) {
      uint64_t found = *word >> shift;
      if (shift != 0 && shift + size_ - i * 64 > 64) found |= word[1] << (64 - shift);
      found &= wanted(i);
      if (found != 0) at(i) |= found;
    }
  }
  // Calls visit(bits, number) for each word of the set: the numbers below size() that are no
  // members, `number` being that of bit 0.
  template <typename Visit>
  void forEachWordMissing(Visit&& visit) const {
    for (size_t i = 0; i < words(); ++i) visit(~words_[i] & wanted(i), i * 64);
  }
  bool operator==(const BitSet& other) const {
    if (size_ != other.size_) return false;
    const auto begin = std::min(begin_, other.begin_);
    const auto end = std::max(end_, other.end_);
    return std::equal(words_.begin() + begin, words_.begin() + end, other.words_.begin() + begin);
  }

  bool any() const {
    return std::any_of(words_.begin() + begin_, words_.begin() + end_,
                       [](uint64_t word) { return word != 0; });
  }
  size_t count() const {
    size_t total = 0;
    for (ptrdiff_t i = begin_; i < end_; ++i) {
      total += static_cast<size_t>(std::popcount(words_[static_cast<size_t>(i)]));
    }
    return total;
  }

  // Calls visit(number) for each member in ascending order.
  template <typename Visit>
  void forEach(Visit&& visit) const {
    for (ptrdiff_t i = begin_; i < end_; ++i) {
      const auto index = static_cast<size_t>(i);
      for (uint64_t word = words_[index]; word != 0; word &= word - 1) {
        visit(index * 64 + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  // The bits of a word that stand for numbers below size().
  uint64_t wanted(size_t index) const {
    const size_t count = size_ - index * 64;
    return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
  }
  // A word that gains members.
  uint64_t& at(size_t index) {
    const auto number = static_cast<ptrdiff_t>(index);
    begin_ = begin_ == end_ ? number : std::min(begin_, number);
    end_ = std::max(end_, number + 1);
    return words_[index];
  }

  size_t size_ = 0;
  std::vector<uint64_t> words_;  // at least words(): what an earlier size needed stays
  ptrdiff_t begin_ = 0;          // all words outside of begin_ … end_ are 0
  ptrdiff_t end_ = 0;
};

}  // namespace waf
