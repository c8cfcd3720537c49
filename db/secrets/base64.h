#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace db {

// RFC 4648 with padding, strict: nothing but the alphabet, no line breaks. The inverse of
// waf::base64Encode.
std::optional<std::string> base64Decode(std::string_view text);

}  // namespace db
