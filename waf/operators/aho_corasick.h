#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waf {

// Finds the first occurrence of any of many words in one pass over the text, ignoring ASCII case.
// Immutable once built; find() allocates nothing and any thread may call it.
//
// A trie with failure links. States near the root, where the text mostly stays, have a full row of
// edges with the failures already followed; the many states further down list the few edges they
// have.
class AhoCorasick {
 public:
  explicit AhoCorasick(const std::vector<std::string>& words);

  struct Found {
    size_t offset = 0;
    size_t length = 0;  // 0: none
  };
  // The occurrence that ends first; of those, the longest.
  Found find(std::string_view text) const;

 private:
  class Trie;

  struct Edge {
    uint16_t column;
    uint32_t state;
  };
  struct State {
    uint32_t failure = 0;
    uint32_t matched = 0;     // length of the longest word that ends here
    uint32_t first_edge = 0;  // into edges_, or the start of the row in rows_
    uint16_t edge_count = 0;
    bool has_row = false;
  };

  void mapBytes(const std::vector<std::string>& words);
  uint32_t step(uint32_t state, uint16_t column) const;

  std::array<uint16_t, 256> column_{};  // 0: in no word
  uint16_t columns_ = 1;
  std::vector<State> states_;  // breadth first, so a failure link points backwards
  std::vector<Edge> edges_;
  std::vector<uint32_t> rows_;
};

}  // namespace waf
