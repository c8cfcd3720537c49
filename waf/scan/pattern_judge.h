#pragma once

#include "waf/scan/pattern_database.h"

namespace waf {

// What Hyperscan can do with one pattern.
struct PatternVerdict {
  bool scan = false;           // worth a place in a database
  bool matches_empty = false;  // the empty value can match
  bool presumed = false;       // not measured: most patterns are good
};

// Compiling each pattern alone costs more than the databases do. What is too large or too slow for
// Hyperscan is long (of the CRS 4.29: from 2,937 bytes on), so a shorter pattern is only parsed
// here, and presumed good until a database that holds it is not (isSlow()).
PatternVerdict presumePattern(const DatabasePattern& pattern);

// Whether presumePattern() would have to measure it.
bool needsMeasuring(const DatabasePattern& pattern);

// Whether a database takes so long on sample text that one of its patterns must be at fault.
bool isSlow(const PatternDatabase& database);

// Compiles the pattern alone (milliseconds, for load only) and measures it on sample text. Not
// worth scanning is what Hyperscan cannot compile, and what it compiles into something so slow that
// it would spoil the scan of its group.
PatternVerdict judgePattern(const DatabasePattern& pattern);

}  // namespace waf
