#pragma once

#include <string_view>

#include "waf/regex/byte_set.h"

namespace waf {

// Whether the pattern, as waf::Regex understands it, can match anything in a text that consists of
// bytes of `alphabet` alone. True for a pattern that is not understood, too.
bool mayMatchWithin(const ByteSet& alphabet, std::string_view pattern, bool caseless);

}  // namespace waf
