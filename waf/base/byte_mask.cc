#include "waf/base/byte_mask.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waf {
namespace {

// Short texts: ASCII in two words, which stay in registers. False where there is another byte.
bool addAscii(std::string_view text, uint64_t* low, uint64_t* high) {
  uint64_t words[2] = {0, 0};
  unsigned all = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const uint64_t bit = uint64_t{1} << (byte & 63U);
    const uint64_t upper = uint64_t{0} - (byte >> 6U & 1U);
    words[0] |= bit & ~upper;
    words[1] |= bit & upper;
    all |= byte;
  }
  if (all >= 128) return false;
  *low |= words[0];
  *high |= words[1];
  return true;
}

}  // namespace

void ByteMask::add(std::string_view text) {
  constexpr size_t kShort = 48;
  if (text.size() <= kShort && addAscii(text, &words_[0], &words_[1])) return;
  // A place for each byte is quicker to write than a bit of a word.
  alignas(16) std::array<uint8_t, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = 0xff;
#if defined(__SSE2__)
  for (size_t i = 0; i < seen.size(); i += 16) {
    const __m128i block = _mm_load_si128(reinterpret_cast<const __m128i*>(&seen[i]));
    const auto bits = static_cast<uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(block)));
    words_[i / 64] |= bits << (i % 64);
  }
#else
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] != 0) words_[i / 64] |= uint64_t{1} << (i % 64);
  }
#endif
}

}  // namespace waf
