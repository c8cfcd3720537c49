#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "waf/base/text.h"

namespace waf {

// The TX names that a rule set mentions, numbered at load so that a transaction keeps them in an
// array. Slots 0 to 9 are the captures.
class TxNames {
 public:
  TxNames() {
    for (char digit = '0'; digit <= '9'; ++digit) intern(std::string_view(&digit, 1));
  }

  int intern(std::string_view name) {
    const auto [found, added] = slots_.emplace(toLower(name), static_cast<int>(names_.size()));
    if (added) names_.emplace_back(name);
    return found->second;
  }
  // -1 when the rule set does not mention it. `lower_name` is lower case.
  int find(const std::string& lower_name) const {
    const auto found = slots_.find(lower_name);
    return found == slots_.end() ? -1 : found->second;
  }
  size_t size() const { return names_.size(); }
  const std::string& name(size_t slot) const { return names_[slot]; }

 private:
  std::unordered_map<std::string, int> slots_;
  std::vector<std::string> names_;  // as first written
};

}  // namespace waf
