#pragma once

#include <string>
#include <string_view>

#include "waf/event/secret_matcher.h"

namespace waf {

// %XX, and where asked "+" as a blank; broken escapes stay.
std::string percentDecoded(std::string_view text, bool plus);

// Puts asterisks over [begin, end) and remembers what stood there, as sent and decoded.
void hideSpan(std::string* text, size_t begin, size_t end, SecretMatcher* found);

}  // namespace waf
