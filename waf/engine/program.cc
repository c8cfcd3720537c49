#include "waf/engine/program.h"

#include <algorithm>

namespace waf {

void Program::markIds(int64_t first, int64_t last, RuleBits* bits) const {
  auto at = std::lower_bound(by_id.begin(), by_id.end(), std::pair<int64_t, uint32_t>{first, 0});
  for (; at != by_id.end() && at->first <= last; ++at) setBit(bits, at->second);
}

}  // namespace waf
