#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gateway {

namespace internal {
// True when none of eight bytes is a control byte; also false for some bytes behind one.
inline bool eightArePlain(const char* at) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  const uint64_t below_space = (word - 0x20 * kOnes) & ~word;
  const uint64_t not_del = word ^ (0x7f * kOnes);
  const uint64_t del = (not_del - kOnes) & ~not_del;
  return ((below_space | del) & (0x80 * kOnes)) == 0;
}

// Where the first control byte of `text` stands, from `at` on, without the processor's help; the
// bytes before `at` are known to be none.
inline size_t firstControlFrom(std::string_view text, size_t at) {
  const char* const data = text.data();
  const size_t size = text.size();
  while (size - at > 16 && eightArePlain(data + at)) at += 8;
  // The last bytes in two looks, which may take in some that were looked at before.
  if (size - at <= 16 && size >= 8 && eightArePlain(data + size - 8) &&
      (size - at <= 8 || eightArePlain(data + at))) {
    return size;
  }
  for (; at < size; ++at) {
    const auto byte = static_cast<unsigned char>(data[at]);
    if (byte < 0x20 || byte == 0x7f) break;
  }
  return at;
}
}  // namespace internal

// Where the first control byte of `text` stands (below 0x20, or DEL; HTAB is one); its size where
// there is none.
inline size_t firstControl(std::string_view text) {
  size_t at = 0;
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i control =
        _mm_or_si128(_mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control),
                     _mm_cmpeq_epi8(bytes, del));
    const int found = _mm_movemask_epi8(control);
    if (found != 0) return at + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  return internal::firstControlFrom(text, at);
}

}  // namespace gateway
