#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gateway {

// How many bytes at the start of `text` are certainly neither control bytes (below 0x20) nor DEL:
// eight at a time, so it may stop up to seven bytes early, and at what only looks like one. What is
// behind has to be looked at byte by byte.
inline size_t plainPrefix(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x80 * kOnes;
  size_t at = 0;
  while (text.size() - at >= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    const uint64_t below_space = (word - 0x20 * kOnes) & ~word;
    const uint64_t not_del = word ^ (0x7f * kOnes);
    const uint64_t del = (not_del - kOnes) & ~not_del;
    if (((below_space | del) & kHighs) != 0) break;
    at += sizeof word;
  }
  return at;
}

}  // namespace gateway
