// A byte is looked up by its lower four bits (PSHUFB), which gives a bit for each of its upper
// halves; a second look-up says which of these bits counts. SSSE3 is what Hyperscan needs, too.
#include "waf/regex/byte_finder.h"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

namespace waf {
#if defined(__x86_64__)

namespace {

constexpr size_t kBlock = 16;

// A bit for each byte of the block that is in the set.
__attribute__((target("ssse3"))) inline unsigned members(__m128i block, __m128i low, __m128i high) {
  const __m128i upper = _mm_and_si128(_mm_srli_epi16(block, 4), _mm_set1_epi8(7));
  const __m128i counts =
      _mm_shuffle_epi8(_mm_set1_epi64x(static_cast<int64_t>(0x8040201008040201ULL)), upper);
  // A byte whose highest bit is set is looked up as nothing.
  const __m128i rows =
      _mm_or_si128(_mm_shuffle_epi8(low, block),
                   _mm_shuffle_epi8(high, _mm_xor_si128(block, _mm_set1_epi8(-128))));
  const __m128i found = _mm_cmpeq_epi8(_mm_and_si128(rows, counts), counts);
  return static_cast<unsigned>(_mm_movemask_epi8(found));
}

template <typename Word>
Word wordAt(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

// A text shorter than a block is its first and its last bytes, side by side; they may overlap.
__attribute__((target("ssse3"))) size_t ByteFinder::findQuickly(std::string_view text) const {
  const size_t size = text.size();
  const char* const bytes = text.data();
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows_[0].data()));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows_[1].data()));
  if (size < kBlock) {
    const size_t half = size >= 8 ? 8 : 4;
    const __m128i block =
        half == 8 ? _mm_set_epi64x(wordAt<int64_t>(bytes + size - 8), wordAt<int64_t>(bytes))
                  : _mm_set1_epi64x(static_cast<int64_t>(
                        wordAt<uint32_t>(bytes) |
                        static_cast<uint64_t>(wordAt<uint32_t>(bytes + size - 4)) << 32));
    const unsigned found = members(block, low, high);
    if (found == 0) return size;
    const auto at = static_cast<size_t>(std::countr_zero(found));
    return at < half ? at : at - half + size - half;
  }
  size_t at = 0;
  for (; at + kBlock <= size; at += kBlock) {
    const unsigned found =
        members(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at)), low, high);
    if (found != 0) return at + static_cast<size_t>(std::countr_zero(found));
  }
  if (at == size) return size;
  at = size - kBlock;
  const unsigned found =
      members(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at)), low, high);
  return found == 0 ? size : at + static_cast<size_t>(std::countr_zero(found));
}

#endif

}  // namespace waf
