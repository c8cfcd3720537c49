#include "admin-ui/server/rulesets/rule_set_cache.h"

namespace admin {
namespace {

constexpr std::chrono::seconds kKeep{60};
constexpr size_t kEntries = 4;

}  // namespace

waf::RuleSet::Loaded RuleSetCache::load(waf::RuleSetOptions options) {
  options.use_hyperscan = false;
  const std::lock_guard lock(mutex_);
  entries_.remove_if([&](const Entry& entry) { return clock_.monotonic() - entry.at > kKeep; });
  for (const Entry& entry : entries_) {
    if (entry.options == options) return entry.loaded;
  }
  waf::RuleSet::Loaded loaded = waf::RuleSet::load(options);
  if (loaded.rule_set == nullptr)
    return loaded;  // a file that is being mended is read again at once
  entries_.push_front({std::move(options), loaded, clock_.monotonic()});
  if (entries_.size() > kEntries) entries_.pop_back();
  return loaded;
}

}  // namespace admin
