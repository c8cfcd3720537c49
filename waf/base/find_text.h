#pragma once

#include <string_view>

namespace waf {

// Whether `needle` occurs in `text`. For texts of some dozens of bytes, lists of words above all,
// that are looked through for every request: nothing is prepared, and a byte that begins each of
// the words is no stop.
bool occursIn(std::string_view needle, std::string_view text);

}  // namespace waf
