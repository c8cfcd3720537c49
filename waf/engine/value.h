#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>

#include "waf/base/large_blocks.h"
#include "waf/base/spare_blocks.h"
#include "waf/base/text.h"
#include "waf/seclang/variables.h"

namespace waf {

// Of the name without regard to case; compared before the bytes when a collection is searched.
// Eight bytes at a time, each with the bit that small letters have: what else that makes equal, the
// comparison tells apart.
inline uint32_t nameHash(std::string_view name) {
  constexpr uint64_t kSmall = 0x2020202020202020;
  constexpr uint64_t kFactor = 0x9e3779b97f4a7c15;
  uint64_t hash = name.size();
  const auto add = [&](uint64_t word) {
    hash = (hash ^ (word | kSmall)) * kFactor;
    hash ^= hash >> 32;
  };
  const auto wordAt = [&](size_t at) {
    uint64_t word;
    std::memcpy(&word, name.data() + at, sizeof word);
    return word;
  };
  if (name.size() >= sizeof(uint64_t)) {
    for (size_t at = 0; at + sizeof(uint64_t) < name.size(); at += sizeof(uint64_t)) {
      add(wordAt(at));
    }
    add(wordAt(name.size() - sizeof(uint64_t)));
  } else {
    uint64_t word = 0;
    for (const char c : name) word = word << 8 | static_cast<uint8_t>(c);
    add(word);
  }
  return static_cast<uint32_t>(hash);
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
  Arena() : buffer_(Buffers::take()), resource_(buffer_.get(), kBuffer, largeBlocks()) {}
  ~Arena() {
    resource_.release();
    Buffers::give(std::move(buffer_));
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  std::string_view copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* at = static_cast<char*>(resource_.allocate(bytes.size(), 1));
    bytes.copy(at, bytes.size());
    return {at, bytes.size()};
  }
  std::pmr::memory_resource* resource() { return &resource_; }

 private:
  static constexpr size_t kBuffer = 64 * 1024;
  using Buffers = SpareBlocks<kBuffer>;

  Buffers::Block buffer_;
  std::pmr::monotonic_buffer_resource resource_;
};

}  // namespace waf
