#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "waf/engine/rule_set.h"

namespace gateway {

// The rule sets of one build, each distinct one compiled once: known ones come from the snapshot
// before, if their files did not change since. Used by one thread.
class RuleSetCache {
 public:
  struct Entry {
    std::shared_ptr<const waf::RuleSet> rule_set;
    std::vector<waf::Diagnostic> diagnostics;
    std::string identity;
  };

  void know(const std::string& identity, std::shared_ptr<const waf::RuleSet> rule_set) {
    entries_[identity] = Entry{std::move(rule_set), {}, identity};
  }
  // Loads it unless it is known, with the databases that are there already (it may be provisional);
  // null rule set on failure.
  const Entry& get(const waf::RuleSetOptions& options);

 private:
  std::map<std::string, Entry> entries_;
};

// The options and, for every file below the paths, its name, size and time of change.
std::string ruleSetIdentity(const waf::RuleSetOptions& options);

}  // namespace gateway
