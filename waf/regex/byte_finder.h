#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "waf/regex/byte_set.h"

namespace waf {

// Looks for the bytes of a set, 16 bytes of text at once where the processor can. Immutable.
class ByteFinder {
 public:
  explicit ByteFinder(const ByteSet& bytes) {
    for (size_t byte = 0; byte < bytes.size(); ++byte) {
      if (bytes.test(byte)) add(static_cast<unsigned char>(byte));
    }
  }
  constexpr explicit ByteFinder(std::string_view members) {
    for (const char c : members) add(static_cast<unsigned char>(c));
  }
  constexpr ByteFinder(unsigned char first, unsigned char last) {
    for (unsigned byte = first; byte <= last; ++byte) add(static_cast<unsigned char>(byte));
  }

  constexpr bool has(char byte) const {
    const auto value = static_cast<unsigned char>(byte);
    return (rows_[value >> 7U][value & 15U] >> (value >> 4U & 7U) & 1U) != 0;
  }
  // Where the first byte of the set is; text.size() when there is none.
  size_t find(std::string_view text) const {
#if defined(__x86_64__)
    if (text.size() >= 4 && __builtin_cpu_supports("ssse3") != 0) return findQuickly(text);
#endif
    return findSlowly(text);
  }
  bool isIn(std::string_view text) const { return find(text) != text.size(); }

 private:
  size_t findSlowly(std::string_view text) const {
    size_t at = 0;
    while (at < text.size() && !has(text[at])) ++at;
    return at;
  }
  size_t findQuickly(std::string_view text) const;
  constexpr void add(unsigned char byte) {
    uint8_t& row = rows_[byte >> 7U][byte & 15U];
    row = static_cast<uint8_t>(row | 1U << (byte >> 4U & 7U));
  }

  // Bit h of row l of the first says whether the byte 16h + l is in the set; the second is of the
  // bytes from 128 on.
  std::array<std::array<uint8_t, 16>, 2> rows_{};
};

}  // namespace waf
