#pragma once

#include <string_view>

namespace waf {

// Whether `value`, put into an HTML page as text or inside an attribute (bare, '…', "…", `…`),
// would run a script or change the page's structure. Pure, linear in the value's length, any
// thread.
bool detectXss(std::string_view value);

}  // namespace waf
