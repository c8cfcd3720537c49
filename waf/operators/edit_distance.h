#pragma once

#include <cstddef>
#include <string_view>

namespace waf {

// Levenshtein's distance ignoring ASCII case, for "did you mean"; texts past 64 bytes are cut.
size_t editDistance(std::string_view a, std::string_view b);

}  // namespace waf
