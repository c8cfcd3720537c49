#pragma once

namespace waf {

// The ASCII byte that a Windows server with code page 20127 makes of a character of the basic
// multilingual plane, as far as that is known; -1 when it has none.
int bestFitAscii(unsigned code_point);

}  // namespace waf
