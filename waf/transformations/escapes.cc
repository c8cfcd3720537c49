// Backslash escapes of three languages.
//
//   t:jsDecode         ECMA-262, section 12.9.4: \uHHHH (its low byte; full-width forms as ASCII),
//                      \xHH, \OOO up to 377, \n and its like; before anything else the backslash is
//                      dropped, a last one stays
//   t:cssDecode        CSS Syntax 3, section 4.3.7: \H to \HHHHHH and one white space after it; the
//                      last two digits are the byte (full-width forms as ASCII); a backslash before
//                      a line feed or at the end vanishes with it
//   t:escapeSeqDecode  ANSI C: \a \b \f \n \r \t \v \\ \? \' \" \xHH \OOO

#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

// \a \b \f \n \r \t \v; any other byte stands for itself.
char controlOf(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

char octalByte(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value * 8 + static_cast<unsigned>(c - '0');
  return static_cast<char>(value & 0xff);
}

bool isF(char c) { return (c | 0x20) == 'f'; }

// The byte of HHHH (at least four digits): the last two, moved into ASCII when the two before are
// FF.
char narrowed(std::string_view digits) {
  const char* const last_four = digits.data() + digits.size() - 4;
  const auto low = static_cast<unsigned char>(hexByte(last_four + 2));
  const bool full_width = isF(last_four[0]) && isF(last_four[1]) && low > 0 && low < 0x5f;
  return static_cast<char>(full_width ? low + 0x20 : low);
}

// Each decodes the escape at the start of `text` (a backslash and at least one byte), writes, and
// returns how many bytes it took.
size_t decodeJs(std::string_view text, char*& to) {
  if (text[1] == 'u' && countLeading(text.substr(2), 4, isHexDigit) == 4) {
    *to++ = narrowed(text.substr(2, 4));
    return 6;
  }
  if (text[1] == 'x' && countLeading(text.substr(2), 2, isHexDigit) == 2) {
    *to++ = hexByte(&text[2]);
    return 4;
  }
  size_t digits = countLeading(text.substr(1), 3, isOctalDigit);
  if (digits > 0) {
    if (digits == 3 && text[1] > '3') digits = 2;
    *to++ = octalByte(text.substr(1, digits));
    return 1 + digits;
  }
  *to++ = controlOf(text[1]);
  return 2;
}

size_t decodeCss(std::string_view text, char*& to) {
  const size_t digits = countLeading(text.substr(1), 6, isHexDigit);
  if (digits == 0) {
    if (text[1] != '\n') *to++ = text[1];
    // A NUL is taken for the digit 0, as in ModSecurity's tables.
    return text[1] == '\0' && text.size() > 2 && isSpace(text[2]) ? 3 : 2;
  }
  const std::string_view hex = text.substr(1, digits);
  // Full-width only when the digits before the last four are zeros.
  const bool four = digits >= 4 && hex.find_first_not_of('0') >= digits - 4;
  if (digits == 1) {
    *to++ = static_cast<char>(hexValue(hex[0]));
  } else if (four) {
    *to++ = narrowed(hex);
  } else {
    *to++ = hexByte(&hex[digits - 2]);
  }
  const bool space_follows = digits + 1 < text.size() && isSpace(text[digits + 1]);
  return 1 + digits + (space_follows ? 1 : 0);
}

size_t decodeAnsiC(std::string_view text, char*& to) {
  if ((text[1] | 0x20) == 'x' && countLeading(text.substr(2), 2, isHexDigit) == 2) {
    *to++ = hexByte(&text[2]);
    return 4;
  }
  const size_t digits = countLeading(text.substr(1), 3, isOctalDigit);
  if (digits > 0) {
    *to++ = octalByte(text.substr(1, digits));
    return 1 + digits;
  }
  *to++ = controlOf(text[1]);
  return 2;
}

template <typename Decode>
bool decodeEscapes(std::string_view value, std::string& out, bool keep_last, Decode decode) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      if (value[i] != '\\') {
        *to++ = value[i++];
      } else if (i + 1 < value.size()) {
        i += decode(value.substr(i), to);
      } else {
        if (keep_last) *to++ = '\\';
        ++i;
      }
    }
    return to;
  });
}

}  // namespace

bool hasBackslash(std::string_view value) { return hasByte(value, '\\'); }

bool jsDecode(std::string_view value, std::string& out) {
  return decodeEscapes(value, out, true, decodeJs);
}

bool cssDecode(std::string_view value, std::string& out) {
  return decodeEscapes(value, out, false, decodeCss);
}

bool escapeSeqDecode(std::string_view value, std::string& out) {
  return decodeEscapes(value, out, true, decodeAnsiC);
}

}  // namespace waf::transform
