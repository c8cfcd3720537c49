#pragma once

#include <list>
#include <mutex>

#include "waf/base/clock.h"
#include "waf/engine/rule_set.h"

namespace admin {

// Rule sets loaded for reading (their rules in the browser, `inspect`), without Hyperscan, so in
// well under a second; the last few are kept for a minute, since a page asks several times. Any
// thread; one load at a time.
class RuleSetCache {
 public:
  explicit RuleSetCache(const waf::Clock& clock) : clock_(clock) {}
  waf::RuleSet::Loaded load(waf::RuleSetOptions options);

 private:
  struct Entry {
    waf::RuleSetOptions options;
    waf::RuleSet::Loaded loaded;
    waf::MonotonicTime at;
  };
  const waf::Clock& clock_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // newest first
};

}  // namespace admin
