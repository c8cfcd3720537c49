#pragma once

#include <string_view>

#include "waf/event/event.h"

namespace waf {

// The inverse of name(); false when the text names none.
bool parseDecision(std::string_view text, Decision* out);
bool parseReason(std::string_view text, Reason* out);

}  // namespace waf
