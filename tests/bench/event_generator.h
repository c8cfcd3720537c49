#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "waf/event/event.h"

namespace bench {

// Events as a gateway's days bring them: a few sites, some thousand clients of which few send most,
// browser heads, 30 % with matched rules. The same seed gives the same events.
class EventGenerator {
 public:
  explicit EventGenerator(uint32_t seed) : random_(seed) {}
  waf::AuditEvent next(waf::WallTime time);

 private:
  size_t below(size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random_);
  }
  // Small numbers often, large ones seldom.
  size_t skewed(size_t bound);
  void addRules(waf::AuditEvent* event);

  std::mt19937 random_;
};

}  // namespace bench
