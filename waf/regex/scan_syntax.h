#pragma once

#include <string_view>

namespace waf {

// What a pattern's text says about scanning it with Hyperscan.
struct ScanSyntax {
  // Hyperscan, if it compiles the pattern, reports a value whenever PCRE2 matches it.
  bool scannable = false;
  // The same holds in a buffer of values separated by line feeds: what the pattern says about the
  // ends of the value is also true of a line's ends ("^" and "$" in multi-line mode), so a match
  // cannot be lost at a seam.
  bool joinable = false;
};

// Conservative: what is not understood is not scannable. The pattern must compile with waf::Regex.
ScanSyntax analyseForScan(std::string_view pattern);

}  // namespace waf
