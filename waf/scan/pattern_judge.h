#pragma once

#include "waf/scan/pattern_database.h"

namespace waf {

// What Hyperscan can do with one pattern.
struct PatternVerdict {
  bool scan = false;           // worth a place in a database
  bool matches_empty = false;  // the empty value can match
};

// Compiles the pattern alone (tens of milliseconds, for load only) and decides. False for what
// Hyperscan cannot compile and for what it compiles into something so slow that it would spoil the
// database of a whole group.
PatternVerdict judgePattern(const DatabasePattern& pattern);

}  // namespace waf
