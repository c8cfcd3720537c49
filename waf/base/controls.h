#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace waf {

// How many bytes at the front of a UTF-8 text are a character that some reader does not show but
// obeys: the controls of ASCII and U+0080 to U+009F (NEL among them), the line and paragraph
// separators U+2028 and U+2029, and those that turn the order of what follows (U+202A to U+202E,
// U+2066 to U+2069). 0: none.
inline size_t controlAt(std::string_view text) {
  const auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  if (text.empty()) return 0;
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2) return byte(1) >= 0x80 && byte(1) <= 0x9f ? 2 : 0;
  if (byte(0) != 0xe2) return 0;
  const bool in_80 = byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae;
  const bool in_81 = byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
  return in_80 || in_81 ? 3 : 0;
}

// The code point of what controlAt() found, `size` bytes.
inline unsigned controlPoint(std::string_view text, size_t size) {
  const auto last = static_cast<unsigned>(text[size - 1]) & 0xff;
  if (size < 3) return last;
  return 0x2000 + ((static_cast<unsigned>(text[1]) & 1) << 6) + (last & 0x3f);
}

// The text with such characters as visible escapes, "\x1b" or "\u202e", so that it is inert on a
// terminal and one line.
inline std::string withVisibleControls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t size = controlAt(text);
    if (size == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const unsigned point = controlPoint(text, size);
    char escape[8];
    std::snprintf(escape, sizeof escape, point < 0x100 ? "\\x%02x" : "\\u%04x", point & 0xffff);
    out += escape;
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace waf
