// application/x-www-form-urlencoded.
//
//   t:urlDecode     "+" is a space, %41 a byte; a broken escape stays as it is
//   t:urlDecodeUni  the same, and Microsoft's %uHHHH: a full-width form (FF01 to FF5E) is its ASCII
//                   byte; any other character is its best fit in ASCII where the rule set asks for
//                   a map (SecUnicodeMapFile), else its low byte
//   t:urlEncode     all but letters, digits and "*"

#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"
#include "waf/transformations/unicode_map.h"
#include "waf/transformations/unicode_map_file.h"

namespace waf::transform {
namespace {

// %41
bool isByteEscape(std::string_view text) {
  return text.size() >= 3 && isHexDigit(text[1]) && isHexDigit(text[2]);
}

// %u0041
bool isUnicodeEscape(std::string_view text) {
  return text.size() >= 6 && (text[1] | 0x20) == 'u' &&
         countLeading(text.substr(2), 4, isHexDigit) == 4;
}

char lowByte(unsigned code_point) {
  const unsigned low = code_point & 0xff;
  const bool full_width = code_point > 0xff00 && code_point < 0xff5f;
  return static_cast<char>(full_width ? low + 0x20 : low);
}

char bestFit(unsigned code_point) {
  const UnicodeMap* map = UnicodeMap::current();
  const int byte = map != nullptr ? map->byteOf(code_point) : bestFitAscii(code_point);
  return byte >= 0 ? static_cast<char>(byte) : lowByte(code_point);
}

template <typename Narrow>
bool decodeUni(std::string_view value, std::string& out, Narrow narrow) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      const char c = value[i];
      const std::string_view rest = value.substr(i);
      if (c == '%' && isUnicodeEscape(rest)) {
        const auto high = static_cast<unsigned char>(hexByte(&rest[2]));
        const auto low = static_cast<unsigned char>(hexByte(&rest[4]));
        *to++ = narrow(high * 256U + low);
        i += 6;
      } else if (c == '%' && isByteEscape(rest)) {
        *to++ = hexByte(&rest[1]);
        i += 3;
      } else {
        *to++ = c == '+' ? ' ' : c;
        ++i;
      }
    }
    return to;
  });
}

}  // namespace

bool hasUrlEncoding(std::string_view value) {
  static constexpr ByteFinder kEncoding("%+");
  return kEncoding.isIn(value);
}

bool urlDecode(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      if (value[i] == '%' && isByteEscape(value.substr(i))) {
        *to++ = hexByte(&value[i + 1]);
        i += 3;
      } else {
        *to++ = value[i] == '+' ? ' ' : value[i];
        ++i;
      }
    }
    return to;
  });
}

bool urlDecodeUni(std::string_view value, std::string& out) {
  return decodeUni(value, out, lowByte);
}

bool urlDecodeUniBestFit(std::string_view value, std::string& out) {
  return decodeUni(value, out, bestFit);
}

namespace {

bool staysInUrl(char c) { return isLetter(c) || isDigit(c) || c == '*'; }

}  // namespace

bool needsUrlEncoding(std::string_view value) {
  return countLeading(value, value.size(), staysInUrl) != value.size();
}

bool urlEncode(std::string_view value, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return rewrite(value, out, value.size() * 3, [&](char* to) {
    for (const char c : value) {
      if (staysInUrl(c)) {
        *to++ = c;
      } else if (c == ' ') {
        *to++ = '+';
      } else {
        const auto byte = static_cast<unsigned char>(c);
        *to++ = '%';
        *to++ = kDigits[byte >> 4];
        *to++ = kDigits[byte & 15];
      }
    }
    return to;
  });
}

}  // namespace waf::transform
