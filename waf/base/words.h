#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace waf {

// Bytes of a text as numbers of the machine's order, wherever they stand.
template <typename Word>
Word loadWord(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Fewer than eight bytes as one word: in two looks, which may take some in twice.
inline uint64_t fewBytes(const char* at, size_t size) {
  if (size >= 4) {
    return uint64_t{loadWord<uint32_t>(at)} << 32 | loadWord<uint32_t>(at + size - 4);
  }
  if (size == 0) return 0;
  const auto byte = [at](size_t i) { return uint64_t{static_cast<uint8_t>(at[i])}; };
  return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
}

}  // namespace waf
