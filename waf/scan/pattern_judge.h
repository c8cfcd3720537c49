#pragma once

#include "waf/scan/pattern_database.h"

namespace waf {

// What Hyperscan can do with one pattern.
struct PatternVerdict {
  bool scan = false;           // worth a place in a database
  bool matches_empty = false;  // the empty value can match
};

// Compiles the pattern alone (milliseconds, for load only) and measures it on sample text. Not
// worth scanning is what Hyperscan cannot compile, and what it compiles into something so slow that
// it would spoil the scan of its group.
PatternVerdict judgePattern(const DatabasePattern& pattern);

}  // namespace waf
