#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http1/head_scanner.h"
#include "gateway/http1/header_fields.h"
#include "gateway/http1/message.h"

// The pieces of HTTP's grammar that requests and responses share.
namespace gateway {

// tchar of RFC 9110, 5.6.2.
bool isTokenByte(char c);
bool isToken(std::string_view text);

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
