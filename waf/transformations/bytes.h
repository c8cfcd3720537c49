#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "waf/base/ascii.h"

// What the transformations share: reading digits and writing into the reused output.
namespace waf {

inline bool isOctalDigit(char c) { return c >= '0' && c <= '7'; }

inline int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}
// Two hex digits.
inline char hexByte(const char* digits) {
  return static_cast<char>(hexValue(digits[0]) * 16 + hexValue(digits[1]));
}

// Up to `limit` leading bytes of `text` for which `is` holds.
template <typename Is>
size_t countLeading(std::string_view text, size_t limit, Is is) {
  size_t count = 0;
  while (count < limit && count < text.size() && is(text[count])) ++count;
  return count;
}

// A class of bytes as a table.
class ByteClass {
 public:
  constexpr explicit ByteClass(std::string_view members) {
    for (const char c : members) member_[static_cast<unsigned char>(c)] = true;
  }
  constexpr ByteClass(unsigned first, unsigned last) {
    for (unsigned c = first; c <= last; ++c) member_[c] = true;
  }
  constexpr bool has(char c) const { return member_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> member_{};
};

inline bool hasByte(std::string_view text, char c) {
  return text.find(c) != std::string_view::npos;
}

// Lets `fill` write at most `max_size` bytes and return their end; true when the result differs
// from `value`.
template <typename Fill>
bool rewrite(std::string_view value, std::string& out, size_t max_size, Fill fill) {
  out.resize(max_size);
  char* const begin = out.data();
  const char* const end = fill(begin);
  out.resize(static_cast<size_t>(end - begin));
  return out != value;
}

inline bool always(std::string_view /*value*/) { return true; }
inline bool ifNotEmpty(std::string_view value) { return !value.empty(); }

}  // namespace waf
