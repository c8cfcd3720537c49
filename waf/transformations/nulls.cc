// t:removeNulls: NUL bytes vanish. t:replaceNulls: they become spaces.

#include <algorithm>

#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {

bool hasNull(std::string_view value) { return hasByte(value, '\0'); }

bool removeNulls(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(),
                 [&](char* to) { return std::remove_copy(value.begin(), value.end(), to, '\0'); });
}

bool replaceNulls(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    return std::replace_copy(value.begin(), value.end(), to, '\0', ' ');
  });
}

}  // namespace waf::transform
