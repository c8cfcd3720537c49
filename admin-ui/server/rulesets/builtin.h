#pragma once

namespace admin {

// The name under which our own rules are listed; a rule set of the document may take it, and then
// hides them.
inline constexpr const char* kBuiltinName = "portcullis";

}  // namespace admin
