#include "waf/engine/form_trie.h"

#include <algorithm>

namespace waf {

uint16_t FormTrie::child(uint16_t parent, const Transformation* transformation) {
  for (size_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].parent == parent && nodes_[i].transformation == transformation) {
      return static_cast<uint16_t>(i);
    }
  }
  Node node = nodes_[parent];
  node.parent = parent;
  node.transformation = transformation;
  node.has_needs = node.has_needs && transformation->needs != nullptr;
  if (node.has_needs) node.needs.add(*transformation->needs);
  nodes_.push_back(node);
  return static_cast<uint16_t>(nodes_.size() - 1);
}

Memo* FormTrie::newMemo(Arena* arena) const {
  const size_t words = (nodes_.size() + 63) / 64;
  auto* resource = arena->resource();
  auto* memo = static_cast<Memo*>(resource->allocate(sizeof(Memo), alignof(Memo)));
  memo->known =
      static_cast<uint64_t*>(resource->allocate(words * sizeof(uint64_t), alignof(uint64_t)));
  std::fill_n(memo->known, words, uint64_t{0});
  memo->forms = static_cast<std::string_view*>(
      resource->allocate(nodes_.size() * sizeof(std::string_view), alignof(std::string_view)));
  return memo;
}

std::string_view FormTrie::form(const Value& value, uint16_t node, Arena* arena,
                                std::string* scratch) const {
  if (node == 0) return value.text;
  if (value.memo == nullptr) value.memo = newMemo(arena);
  return compute(*value.memo, value.text, node, arena, scratch);
}

std::string_view FormTrie::compute(const Memo& memo, std::string_view text, uint16_t node,
                                   Arena* arena, std::string* scratch) const {
  if (node == 0) return text;
  uint64_t& word = memo.known[node / 64];
  const uint64_t bit = uint64_t{1} << (node % 64);
  if ((word & bit) != 0) return memo.forms[node];
  const Node& step = nodes_[node];
  std::string_view form = compute(memo, text, step.parent, arena, scratch);
  if (step.transformation->mayChange(form) && step.transformation->apply(form, *scratch)) {
    form = arena->copy(*scratch);
  }
  word |= bit;
  memo.forms[node] = form;
  return form;
}

}  // namespace waf
