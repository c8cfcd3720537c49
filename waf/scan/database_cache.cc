#include "waf/scan/database_cache.h"

#include <map>
#include <mutex>

namespace waf {

PatternVerdict DatabaseCache::judge(const DatabasePattern& pattern) const {
  return judgePattern(pattern);
}

std::shared_ptr<const PatternDatabase> DatabaseCache::database(
    const std::vector<DatabasePattern>& patterns) const {
  auto compiled = PatternDatabase::compile(patterns);
  return compiled ? *compiled : nullptr;
}

}  // namespace waf
