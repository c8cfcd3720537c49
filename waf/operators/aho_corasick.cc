#include "waf/operators/aho_corasick.h"

#include "waf/base/text.h"

namespace waf {
namespace {

constexpr uint16_t kRowDepth = 2;  // states up to this depth have rows
constexpr uint16_t kRowEdges = 8;  // and those with this many edges
constexpr size_t kMaxRowEntries = 4 * 1024 * 1024;

}  // namespace

// The words as a tree of first child and next sibling; only for building.
class AhoCorasick::Trie {
 public:
  struct Node {
    uint32_t child = 0;
    uint32_t sibling = 0;
    uint16_t column = 0;
    uint32_t word_length = 0;
  };

  Trie() : nodes_(1) {}

  void insert(std::string_view word, const std::array<uint16_t, 256>& columns) {
    uint32_t node = 0;
    for (const char c : word) node = childOf(node, columns[static_cast<unsigned char>(c)]);
    nodes_[node].word_length = static_cast<uint32_t>(word.size());
  }

  const Node& operator[](uint32_t node) const { return nodes_[node]; }
  size_t size() const { return nodes_.size(); }

 private:
  uint32_t childOf(uint32_t parent, uint16_t column) {
    for (uint32_t node = nodes_[parent].child; node != 0; node = nodes_[node].sibling) {
      if (nodes_[node].column == column) return node;
    }
    const auto made = static_cast<uint32_t>(nodes_.size());
    nodes_.push_back({.sibling = nodes_[parent].child, .column = column});
    nodes_[parent].child = made;
    return made;
  }

  std::vector<Node> nodes_;
};

AhoCorasick::AhoCorasick(const std::vector<std::string>& words) {
  mapBytes(words);
  Trie trie;
  for (const std::string& word : words) {
    if (!word.empty()) trie.insert(word, column_);
  }

  // Breadth first: state i is the i-th node met. A state is finished (edges or row) when its turn
  // comes, and its failure link, being nearer to the root, was finished before.
  std::vector<uint32_t> nodes{0};
  std::vector<uint16_t> depth{0};
  nodes.reserve(trie.size());
  depth.reserve(trie.size());
  states_.resize(trie.size());
  for (uint32_t state = 0; state < nodes.size(); ++state) {
    State& self = states_[state];
    const Trie::Node& node = trie[nodes[state]];
    self.matched = node.word_length != 0 ? node.word_length : states_[self.failure].matched;
    self.first_edge = static_cast<uint32_t>(edges_.size());
    for (uint32_t child = node.child; child != 0; child = trie[child].sibling) {
      const auto made = static_cast<uint32_t>(nodes.size());
      nodes.push_back(child);
      depth.push_back(static_cast<uint16_t>(std::min<uint32_t>(depth[state] + 1U, 0xffff)));
      states_[made].failure = state == 0 ? 0 : step(self.failure, trie[child].column);
      edges_.push_back({trie[child].column, made});
      ++self.edge_count;
    }
    const bool busy = depth[state] <= kRowDepth || self.edge_count >= kRowEdges;
    if (state != 0 && (!busy || rows_.size() >= kMaxRowEntries)) continue;
    const size_t row = rows_.size();
    for (uint16_t column = 0; column < columns_; ++column) {
      rows_.push_back(state == 0 ? 0 : step(self.failure, column));
    }
    for (uint16_t i = 0; i < self.edge_count; ++i) {
      const Edge& edge = edges_[self.first_edge + i];
      rows_[row + edge.column] = edge.state;
    }
    edges_.resize(self.first_edge);
    self.first_edge = static_cast<uint32_t>(row);
    self.has_row = true;
  }
}

void AhoCorasick::mapBytes(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for (const char c : word) {
      uint16_t& column = column_[static_cast<unsigned char>(asciiLower(c))];
      if (column == 0) column = columns_++;
    }
  }
  for (unsigned char c = 'A'; c <= 'Z'; ++c) column_[c] = column_[c + 32U];
}

uint32_t AhoCorasick::step(uint32_t state, uint16_t column) const {
  while (true) {
    const State& self = states_[state];
    if (self.has_row) return rows_[self.first_edge + column];
    for (uint16_t i = 0; i < self.edge_count; ++i) {
      const Edge& edge = edges_[self.first_edge + i];
      if (edge.column == column) return edge.state;
    }
    state = self.failure;
  }
}

AhoCorasick::Found AhoCorasick::find(std::string_view text) const {
  uint32_t state = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    state = step(state, column_[static_cast<unsigned char>(text[i])]);
    const size_t matched = states_[state].matched;
    if (matched != 0) return {i + 1 - matched, matched};
  }
  return {};
}

}  // namespace waf
