// Myers' bit-parallel form of the dynamic program ("A fast bit-vector algorithm for approximate
// string matching", 1999): a column is a word of bits, each saying whether the distance grows or
// falls from one row to the next. Names of at most 64 bytes fit one word.
#include "waf/operators/edit_distance.h"

#include <array>
#include <cstdint>

#include "waf/base/text.h"

namespace waf {
namespace {

constexpr size_t kMaxBytes = 64;

unsigned char folded(char c) { return static_cast<unsigned char>(asciiLower(c)); }

}  // namespace

size_t editDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kMaxBytes);
  b = b.substr(0, kMaxBytes);
  if (a.empty()) return b.size();
  std::array<uint64_t, 256> rows_with{};  // of a byte: the rows whose byte it is
  for (size_t i = 0; i < a.size(); ++i) rows_with[folded(a[i])] |= uint64_t{1} << i;
  const uint64_t last = uint64_t{1} << (a.size() - 1);
  uint64_t grows = ~uint64_t{0};
  uint64_t falls = 0;
  size_t distance = a.size();
  for (const char c : b) {
    const uint64_t same = rows_with[folded(c)];
    const uint64_t diagonal = (((same & grows) + grows) ^ grows) | same | falls;
    uint64_t grows_across = falls | ~(diagonal | grows);
    uint64_t falls_across = grows & diagonal;
    if ((grows_across & last) != 0) ++distance;
    if ((falls_across & last) != 0) --distance;
    grows_across = (grows_across << 1) | 1;
    falls_across <<= 1;
    grows = falls_across | ~(diagonal | grows_across);
    falls = grows_across & diagonal;
  }
  return distance;
}

}  // namespace waf
