#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>

namespace waf {

// A set of bytes: those that some texts hold, or those that somebody looks for. Found once, asked
// often.
class ByteMask {
 public:
  constexpr ByteMask() = default;
  explicit ByteMask(const std::bitset<256>& bytes) {
    for (size_t byte = 0; byte < bytes.size(); ++byte) {
      if (bytes.test(byte)) set(static_cast<unsigned>(byte));
    }
  }
  // For constants.
  static constexpr ByteMask of(std::string_view bytes) {
    ByteMask mask;
    for (const char c : bytes) mask.set(static_cast<unsigned char>(c));
    return mask;
  }
  static constexpr ByteMask range(unsigned first, unsigned last) {
    ByteMask mask;
    for (unsigned byte = first; byte <= last; ++byte) mask.set(byte);
    return mask;
  }

  static constexpr ByteMask all() { return range(0, 255); }

  // The bytes of one more text: about a nanosecond for three.
  void add(std::string_view text);
  void add(const ByteMask& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  ByteMask with(const ByteMask& other) const {
    ByteMask out = *this;
    out.add(other);
    return out;
  }
  ByteMask without(const ByteMask& other) const {
    ByteMask out = *this;
    for (size_t i = 0; i < words_.size(); ++i) out.words_[i] &= ~other.words_[i];
    return out;
  }
  // asciiLower of each of the bytes.
  ByteMask lowerCase() const {
    constexpr uint64_t kLetters = uint64_t{0x3ffffff} << ('A' - 64);
    ByteMask out = *this;
    const uint64_t upper = words_[1] & kLetters;
    out.words_[1] = (words_[1] & ~kLetters) | upper << ('a' - 'A');
    return out;
  }
  bool intersects(const ByteMask& other) const {
    uint64_t both = 0;
    for (size_t i = 0; i < words_.size(); ++i) both |= words_[i] & other.words_[i];
    return both != 0;
  }
  bool isWithin(const ByteMask& other) const {
    uint64_t beyond = 0;
    for (size_t i = 0; i < words_.size(); ++i) beyond |= words_[i] & ~other.words_[i];
    return beyond == 0;
  }

  bool operator==(const ByteMask&) const = default;

 private:
  constexpr void set(unsigned byte) { words_[byte / 64] |= uint64_t{1} << (byte % 64); }

  std::array<uint64_t, 4> words_{};
};

}  // namespace waf
