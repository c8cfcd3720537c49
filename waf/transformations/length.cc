// t:length: the number of bytes, in decimal.  SecRule ARGS "@gt 400" "id:1,phase:2,t:length,deny"

#include <charconv>

#include "waf/transformations/functions.h"

namespace waf::transform {

bool length(std::string_view value, std::string& out) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value.size());
  out.assign(digits, written.ptr);
  return out != value;
}

}  // namespace waf::transform
