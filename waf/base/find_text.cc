#include "waf/base/find_text.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waf {
namespace {

bool occursOneByOne(std::string_view needle, std::string_view text) {
  return text.find(needle) != std::string_view::npos;
}

}  // namespace

#if defined(__SSE2__)
// Places where the first and the last byte are right, sixteen at a time.
bool occursIn(std::string_view needle, std::string_view text) {
  constexpr size_t kBlock = 16;
  if (needle.empty()) return true;
  if (needle.size() > text.size()) return false;
  const size_t places = text.size() - needle.size() + 1;
  if (places < kBlock) return occursOneByOne(needle, text);
  const __m128i first = _mm_set1_epi8(needle.front());
  const __m128i last = _mm_set1_epi8(needle.back());
  const auto equal = [&](size_t at, __m128i byte) {
    const char* const from = text.data() + at;
    return _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), byte);
  };
  for (size_t at = 0; at < places; at += kBlock) {
    at = std::min(at, places - kBlock);
    const __m128i both = _mm_and_si128(equal(at, first), equal(at + needle.size() - 1, last));
    auto found = static_cast<unsigned>(_mm_movemask_epi8(both));
    for (; found != 0; found &= found - 1) {
      const char* const from = text.data() + at + static_cast<size_t>(std::countr_zero(found));
      if (std::memcmp(from, needle.data(), needle.size()) == 0) return true;
    }
  }
  return false;
}
#else
bool occursIn(std::string_view needle, std::string_view text) {
  return occursOneByOne(needle, text);
}
#endif

}  // namespace waf
