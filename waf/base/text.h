#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waf {

// ASCII only, whatever the locale: HTTP and SecLang know no other case.
constexpr char asciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool equalsIgnoreCase(const char* a, const char* b, size_t size);
inline bool equalsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equalsIgnoreCase(a.data(), b.data(), a.size());
}
std::string toLower(std::string_view text);

// Without leading and trailing bytes of `set`.
std::string_view trim(std::string_view text, std::string_view set = " \t\r\n");

bool isValidUtf8(std::string_view text);

// The text as UTF-8: bytes that are not become U+FFFD, one for each maximal broken sequence.
std::string toPrintableUtf8(std::string_view bytes);

// RFC 4648, with padding.
std::string base64Encode(std::string_view bytes);

// Appends `text` as the inside of a JSON string (no quotes); bytes that are not UTF-8 become
// U+FFFD.
void appendJsonEscaped(std::string_view text, std::string* out);

// A decimal number of the whole text; false when there is anything else or it overflows.
bool parseUint64(std::string_view text, uint64_t* out);

}  // namespace waf
