#pragma once

#include <string>
#include <string_view>

namespace waf {

// The value of a hexadecimal digit in either case; -1 for any other byte.
constexpr int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Two digits a byte, lower case.
inline std::string toHex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

inline std::string toHex(const unsigned char* bytes, size_t size) {
  return toHex(std::string_view(reinterpret_cast<const char*>(bytes), size));
}

}  // namespace waf
