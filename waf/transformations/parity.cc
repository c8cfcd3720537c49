// t:parityEven7bit, t:parityOdd7bit: the eighth bit of each byte becomes the parity of the other
// seven. t:parityZero7bit: it becomes zero.

#include <algorithm>
#include <bit>

#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

bool setParity(std::string_view value, std::string& out, int odd) {
  return rewrite(value, out, value.size(), [&](char* to) {
    return std::transform(value.begin(), value.end(), to, [odd](char c) {
      const unsigned data = static_cast<unsigned char>(c) & 0x7fU;
      const bool set = (std::popcount(data) & 1) != odd;
      return static_cast<char>(set ? data | 0x80U : data);
    });
  });
}

}  // namespace

bool hasHighBit(std::string_view value) {
  static constexpr ByteFinder kHigh(0x80, 0xff);
  return kHigh.isIn(value);
}

bool parityEven7bit(std::string_view value, std::string& out) { return setParity(value, out, 0); }

bool parityOdd7bit(std::string_view value, std::string& out) { return setParity(value, out, 1); }

bool parityZero7bit(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    return std::transform(value.begin(), value.end(), to,
                          [](char c) { return static_cast<char>(c & 0x7f); });
  });
}

}  // namespace waf::transform
