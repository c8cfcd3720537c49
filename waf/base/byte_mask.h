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

  // The bytes of one more text: about a nanosecond for three.
  void add(std::string_view text);
  void add(const ByteMask& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
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
