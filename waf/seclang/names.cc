#include "waf/seclang/names.h"

#include <algorithm>

#include "waf/operators/edit_distance.h"

namespace waf {

void NearestName::consider(std::string_view candidate) {
  // As many letters at least differ as the one is longer.
  const size_t longer = std::max(name_.size(), candidate.size());
  const size_t shorter = std::min(name_.size(), candidate.size());
  if (longer - shorter >= distance_) return;
  // Names are short; a longer one is a mistake of another kind and not worth the time.
  const size_t distance = editDistance(name_.substr(0, 64), candidate.substr(0, 64));
  if (distance < distance_) {
    distance_ = distance;
    best_ = candidate;
  }
}

}  // namespace waf
