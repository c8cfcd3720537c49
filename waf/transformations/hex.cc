// t:hexEncode     each byte as two lower-case hex digits
// t:hexDecode     each pair of digits as a byte; an odd last one is dropped. What is no digit
// counts
//                 as ModSecurity counts it (letters go on past f), so that both see the same bytes.
// t:sqlHexDecode  0x4142 as MySQL reads it: AB, wherever it occurs

#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

unsigned looseHexValue(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 'A' ? (byte & 0xdfU) - 'A' + 10U : byte - unsigned{'0'};
}

// The length of a literal 0x… at the start of `text` with at least one pair of digits, else 0.
size_t sqlHexLength(std::string_view text) {
  if (text.size() < 4 || text[0] != '0' || (text[1] | 0x20) != 'x') return 0;
  const size_t digits = countLeading(text.substr(2), text.size(), isHexDigit);
  return digits < 2 ? 0 : 2 + digits / 2 * 2;
}

}  // namespace

bool hexEncode(std::string_view value, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return rewrite(value, out, value.size() * 2, [&](char* to) {
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      *to++ = kDigits[byte >> 4];
      *to++ = kDigits[byte & 15];
    }
    return to;
  });
}

bool hexDecode(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size() / 2, [&](char* to) {
    for (size_t i = 0; i + 1 < value.size(); i += 2) {
      *to++ = static_cast<char>((looseHexValue(value[i]) * 16 + looseHexValue(value[i + 1])) & 255);
    }
    return to;
  });
}

bool hasSqlHex(std::string_view value) { return hasByte(value, 'x') || hasByte(value, 'X'); }

bool sqlHexDecode(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      const size_t literal = sqlHexLength(value.substr(i));
      if (literal == 0) {
        *to++ = value[i++];
        continue;
      }
      for (size_t digit = 2; digit < literal; digit += 2) *to++ = hexByte(&value[i + digit]);
      i += literal;
    }
    return to;
  });
}

}  // namespace waf::transform
