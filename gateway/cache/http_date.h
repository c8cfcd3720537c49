#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway {

// Seconds since 1970 of an HTTP-date (RFC 9110 section 5.6.7: IMF-fixdate, and the two obsolete
// forms); empty when it is none.
std::optional<int64_t> parseHttpDate(std::string_view text);

// IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string formatHttpDate(int64_t seconds);

}  // namespace gateway
