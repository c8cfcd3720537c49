#pragma once

#include <string>
#include <string_view>

namespace waf {

// Whether `value`, put into a SQL statement as a bare term, inside a 'string' or inside a "string",
// would change what the statement does. On a hit `fingerprint` (may be null) is the folded token
// sequence that decided, for TX.0 and the logs. Pure, linear in the value's length, any thread.
bool detectSqli(std::string_view value, std::string* fingerprint);

}  // namespace waf
