#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "waf/base/text.h"
#include "waf/seclang/variables.h"

namespace waf {

// FNV-1a over the lower-case name; compared before the bytes when a collection is searched.
inline uint32_t nameHash(std::string_view name) {
  uint32_t hash = 2166136261u;
  for (const char c : name) {
    hash = (hash ^ static_cast<uint8_t>(asciiLower(c))) * 16777619u;
  }
  return hash;
}

// The transformed forms of one value, by node of the program's transformation trie. Lives in the
// transaction's arena.
struct Memo {
  uint64_t* known;          // one bit per node
  std::string_view* forms;  // one per node, undefined where the bit is clear
};

struct Verdict;

// One value of a variable. Its bytes live in the transaction's arena and never move or change: a
// variable that is assigned again gets new bytes and loses its memo.
struct Value {
  VariableId variable = VariableId::Args;
  uint32_t hash = 0;      // nameHash(name)
  std::string_view name;  // within the collection, "" for a scalar
  std::string_view text;
  mutable Memo* memo = nullptr;
  mutable Verdict* verdict = nullptr;  // of these bytes, in the transaction's arena
};

// All memory of a transaction that lives as long as it does: values, their transformed forms.
class Arena {
 public:
  std::string_view copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* at = static_cast<char*>(resource_.allocate(bytes.size(), 1));
    bytes.copy(at, bytes.size());
    return {at, bytes.size()};
  }
  std::pmr::memory_resource* resource() { return &resource_; }

 private:
  std::pmr::monotonic_buffer_resource resource_{16 * 1024};
};

}  // namespace waf
