#include "waf/seclang/names.h"

#include <algorithm>
#include <vector>

#include "waf/base/text.h"

namespace waf {

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      const size_t cost = asciiLower(a[i - 1]) == asciiLower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + cost});
      diagonal = above;
    }
  }
  return row[b.size()];
}

void NearestName::consider(std::string_view candidate) {
  // Names are short; a longer one is a mistake of another kind and not worth the time.
  const size_t distance = editDistance(name_.substr(0, 64), candidate.substr(0, 64));
  if (distance < distance_) {
    distance_ = distance;
    best_ = candidate;
  }
}

}  // namespace waf
