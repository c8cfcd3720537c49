#include "waf/scan/pattern_judge.h"

#include <hs.h>

#include <cstdlib>

namespace waf {

PatternVerdict judgePattern(const DatabasePattern& pattern) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(pattern.expression.c_str(), pattern.flags, &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return {};
  }
  PatternVerdict verdict{.matches_empty = info->min_width == 0};
  std::free(info);
  verdict.scan = PatternDatabase::compile({pattern}).has_value();
  return verdict;
}

}  // namespace waf
