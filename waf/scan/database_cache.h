#pragma once

#include <memory>
#include <string>
#include <vector>

#include "waf/scan/pattern_database.h"
#include "waf/scan/pattern_judge.h"

namespace waf {

// Databases and verdicts that were made before, in this process (as long as somebody uses the
// database) or in a folder, found by a hash of the patterns, their flags, Hyperscan's version and
// this CPU's features. Callable from several threads. The folder is a convenience: what cannot be
// read or written there is made again.
class DatabaseCache {
 public:
  explicit DatabaseCache(std::string folder) : folder_(std::move(folder)) {}

  PatternVerdict judge(const DatabasePattern& pattern) const;

  // Null when the patterns do not compile together.
  std::shared_ptr<const PatternDatabase> database(
      const std::vector<DatabasePattern>& patterns) const;

 private:
  std::string folder_;
};

}  // namespace waf
