#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/event/event.h"

namespace db {

// Classes of attack as the CRS numbers its rules: the first three digits are the file, the file is
// the class. Fewer than 20 of them, a bit each; 0 for a rule of none.
uint32_t classBit(int64_t rule);
// Of the n-th bit: "sqli"; "" for none.
std::string_view className(size_t bit);

// The points that the matched rules of each class give by their severity, as the CRS counts them
// (critical 5, error 4, warning 3, notice 2); in the order of the first match.
std::vector<std::pair<std::string, int64_t>> scoreByClass(
    const std::vector<waf::MatchedRule>& rules);

}  // namespace db
