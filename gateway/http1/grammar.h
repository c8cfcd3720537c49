#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http1/head_scanner.h"
#include "gateway/http1/header_fields.h"
#include "gateway/http1/message.h"

// The pieces of HTTP's grammar that requests and responses share.
namespace gateway {

namespace internal {
constexpr std::array<bool, 256> tokenTable() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (const char c :
       {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    table[static_cast<size_t>(c)] = true;
  }
  return table;
}
inline constexpr std::array<bool, 256> kToken = tokenTable();
}  // namespace internal

// tchar of RFC 9110, 5.6.2.
inline bool isTokenByte(char c) { return internal::kToken[static_cast<unsigned char>(c)]; }
// How many bytes at the start of `text` are.
inline size_t tokenPrefix(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && isTokenByte(*at)) ++at;
  return static_cast<size_t>(at - text.data());
}
inline bool isToken(std::string_view text) {
  return !text.empty() && tokenPrefix(text) == text.size();
}

// "HTTP/1.1": false when it is not of that form.
bool parseVersion(std::string_view text, int* major, int* minor);

// A Host value or a URI's authority without user information: a name of letters, digits, "-", "_"
// and ".", an IPv4 or a bracketed IPv6 address, and an optional port. Narrower than RFC 3986's
// reg-name, which would admit what no DNS name holds and what parsers read differently.
bool parseAuthority(std::string_view text, std::string* host, uint16_t* port);

// 1*DIGIT, not past the signed 64 bit range.
bool parseContentLength(std::string_view text, uint64_t* out);

// Why the head's line structure is refused.
Refusal refusalOf(HeadScanner::Status status);

// Splits the field lines between the first line and the empty line of a scanned head. The refusal's
// status is 400 or 431.
std::optional<Refusal> parseFields(std::string_view lines, size_t max_fields, HeaderFields* out);

// What Connection says about the life of the connection (RFC 9112, 9.3).
bool keepsAlive(const HeaderFields& fields, int minor_version);

}  // namespace gateway
