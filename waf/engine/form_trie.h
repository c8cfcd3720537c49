#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waf/engine/value.h"
#include "waf/transformations/transformation.h"

namespace waf {

// The transformation chains of a program as a trie: node 0 is the untransformed value, each other
// node one transformation applied to its parent's result. Chains with a common beginning share the
// work. Built at load.
class FormTrie {
 public:
  FormTrie() : nodes_(1) {}

  uint16_t child(uint16_t parent, const Transformation* transformation);
  size_t size() const { return nodes_.size(); }
  uint16_t parent(uint16_t node) const { return nodes_[node].parent; }
  const Transformation* transformation(uint16_t node) const { return nodes_[node].transformation; }

  // A content that has none of these bytes is the same at the node as untransformed; null when that
  // cannot be said.
  const ByteMask* needs(uint16_t node) const {
    return nodes_[node].has_needs ? &nodes_[node].needs : nullptr;
  }

  // The value's form at `node`, computed once and kept in the value's memo. Unchanged steps share
  // the bytes of the step before. `scratch` is reused between calls.
  std::string_view form(const Value& value, uint16_t node, Arena* arena,
                        std::string* scratch) const;

 private:
  struct Node {
    uint16_t parent = 0;
    const Transformation* transformation = nullptr;
    bool has_needs = true;
    ByteMask needs;
  };
  Memo* newMemo(Arena* arena) const;
  std::string_view compute(const Memo& memo, std::string_view text, uint16_t node, Arena* arena,
                           std::string* scratch) const;
  std::vector<Node> nodes_;
};

}  // namespace waf
