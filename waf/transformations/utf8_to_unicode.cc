// t:utf8toUnicode: each UTF-8 sequence of two bytes and more becomes %uHHHH (five or six digits
// past U+FFFF), for t:urlDecodeUni to narrow. Overlong forms are decoded, too: somebody behind us
// may do so. Other bytes stay.

#include <charconv>

#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

struct Sequence {
  size_t length = 0;  // 0: the bytes are not one
  unsigned code_point = 0;
};

Sequence readSequence(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  Sequence sequence;
  if ((lead & 0xe0U) == 0xc0) {
    sequence = {2, lead & 0x1fU};
  } else if ((lead & 0xf0U) == 0xe0) {
    sequence = {3, lead & 0x0fU};
  } else if ((lead & 0xf8U) == 0xf0) {
    sequence = {4, lead & 0x07U};
  }
  if (text.size() < sequence.length) return {};
  for (size_t i = 1; i < sequence.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0U) != 0x80) return {};
    sequence.code_point = sequence.code_point << 6 | (byte & 0x3fU);
  }
  const bool surrogate = sequence.code_point >= 0xd800 && sequence.code_point < 0xe000;
  return surrogate || sequence.code_point > 0x10ffff ? Sequence{} : sequence;
}

char* writeEscape(unsigned code_point, char* to) {
  char digits[8];
  const char* const end = std::to_chars(digits, digits + sizeof digits, code_point, 16).ptr;
  const auto count = static_cast<size_t>(end - digits);
  *to++ = '%';
  *to++ = 'u';
  for (size_t i = count; i < 4; ++i) *to++ = '0';
  std::memcpy(to, digits, count);
  return to + count;
}

}  // namespace

bool utf8toUnicode(std::string_view value, std::string& out) {
  // Two bytes become six at most: the ratio of three to six and of four to eight is less.
  return rewrite(value, out, value.size() * 3, [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      const Sequence sequence = readSequence(value.substr(i));
      if (sequence.length == 0) {
        *to++ = value[i++];
        continue;
      }
      to = writeEscape(sequence.code_point, to);
      i += sequence.length;
    }
    return to;
  });
}

}  // namespace waf::transform
