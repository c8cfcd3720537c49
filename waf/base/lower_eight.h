#pragma once

#include <cstdint>

namespace waf {

// asciiLower of each of eight bytes.
inline uint64_t lowerEight(uint64_t bytes) {
  constexpr uint64_t kEach = 0x0101010101010101;
  constexpr uint64_t kHigh = 0x80 * kEach;
  const uint64_t low_bits = bytes & ~kHigh;
  const uint64_t from_a = low_bits + (0x80 - 'A') * kEach;
  const uint64_t beyond_z = low_bits + (0x7f - 'Z') * kEach;
  const uint64_t upper = from_a & ~beyond_z & ~bytes & kHigh;
  return bytes | upper >> 2;
}

}  // namespace waf
