#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "waf/base/text.h"
#include "waf/engine/value.h"

namespace waf {

// The TX names that a rule set mentions, numbered at load so that a transaction keeps them in an
// array. Slots 0 to 9 are the captures.
class TxNames {
 public:
  TxNames() {
    for (char digit = '0'; digit <= '9'; ++digit) intern(std::string_view(&digit, 1));
  }

  int intern(std::string_view name) {
    const uint32_t hash = nameHash(name);
    const int known = find(hash, name);
    if (known >= 0) return known;
    const auto slot = static_cast<int>(names_.size());
    slots_.emplace(hash, slot);
    names_.emplace_back(name);
    hashes_.push_back(hash);
    return slot;
  }
  // -1 when the rule set does not mention it. `hash` is the name's.
  int find(uint32_t hash, std::string_view name) const {
    const auto [first, last] = slots_.equal_range(hash);
    for (auto slot = first; slot != last; ++slot) {
      if (equalsIgnoreCase(names_[static_cast<size_t>(slot->second)], name)) return slot->second;
    }
    return -1;
  }
  size_t size() const { return names_.size(); }
  const std::string& name(size_t slot) const { return names_[slot]; }
  uint32_t hash(size_t slot) const { return hashes_[slot]; }

 private:
  std::unordered_multimap<uint32_t, int> slots_;  // by hash
  std::vector<std::string> names_;                // as first written
  std::vector<uint32_t> hashes_;
};

}  // namespace waf
