#include "waf/seclang/names.h"

#include "waf/operators/edit_distance.h"

namespace waf {

void NearestName::consider(std::string_view candidate) {
  // Names are short; a longer one is a mistake of another kind and not worth the time.
  const size_t distance = editDistance(name_.substr(0, 64), candidate.substr(0, 64));
  if (distance < distance_) {
    distance_ = distance;
    best_ = candidate;
  }
}

}  // namespace waf
