#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/byte_mask.h"
#include "waf/engine/form_trie.h"
#include "waf/scan/scan_group.h"

namespace waf {

struct Verdict;

// Places among the contents of a block.
class PlaceSet {
 public:
  static constexpr size_t kMost = 256;

  void set(uint32_t place) { words_[place / 64] |= uint64_t{1} << (place % 64); }
  void add(const PlaceSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  PlaceSet without(const PlaceSet& other) const {
    PlaceSet out = *this;
    for (size_t i = 0; i < words_.size(); ++i) out.words_[i] &= ~other.words_[i];
    return out;
  }
  bool intersects(const PlaceSet& other) const {
    uint64_t both = 0;
    for (size_t i = 0; i < words_.size(); ++i) both |= words_[i] & other.words_[i];
    return both != 0;
  }
  bool operator==(const PlaceSet&) const = default;
  template <typename Visit>
  void forEach(Visit&& visit) const {
    uint32_t first = 0;
    for (uint64_t word : words_) {
      for (; word != 0; word &= word - 1) {
        visit(first + static_cast<uint32_t>(std::countr_zero(word)));
      }
      first += 64;
    }
  }

 private:
  std::array<uint64_t, kMost / 64> words_{};
};

// Contents of a phase of which something must be learnt, and their transformed forms, node by node
// of a FormTrie. Used by one thread, for one look at a time, and reused, so that a warm one
// allocates nothing. look() chooses those contents that the calls after it are about; a form that
// was made for one look is there for the next.
class ContentBlock {
 public:
  ContentBlock();

  // Empties it, and makes room for the lists of so many targets.
  void start(const FormTrie& trie, size_t targets);
  void clear();

  // Its place among the contents; the bytes outlive the block.
  uint32_t add(Verdict* verdict, std::string_view text);
  void addTo(size_t target, uint32_t place) {
    of_target_[target].set(place);
    present_[target / 64] |= uint64_t{1} << (target % 64);
  }
  // Whether any of these targets has a content; a bit for each, in words.
  bool hasAnyOf(const std::vector<uint64_t>& targets) const {
    for (size_t i = 0; i < targets.size(); ++i) {
      if ((targets[i] & present_[i]) != 0) return true;
    }
    return false;
  }
  bool isFull() const { return verdicts_.size() >= kMost || bytes_ >= kMostBytes; }
  bool empty() const { return verdicts_.empty(); }
  Verdict& verdict(uint32_t place) const { return *verdicts_[place]; }
  const PlaceSet& ofTarget(size_t target) const { return of_target_[target]; }

  void look(std::span<const uint32_t> places);
  std::span<const uint32_t> places() const { return places_; }
  // Whether none of them has any of these bytes, and none is empty unless that does not matter.
  bool lacks(const ByteMask& bytes, bool empty_matters) const {
    return !(empty_matters && any_empty_) && !looked_at_.intersects(bytes);
  }
  // By the order of places(), and all of them with a line feed between.
  std::span<const std::string_view> forms(uint16_t node) { return gathered(node).texts; }
  std::string_view joined(uint16_t node);
  // Whether the group finds nothing in any of them, by the bytes that they have.
  bool isRuledOut(const ScanGroup& scan, uint16_t node) {
    const Gathered& forms = gathered(node);
    return scan.rulesOut(forms.bytes, forms.any_empty);
  }
  // Whether the content has none but these bytes; and in all its forms at `nodes` (the same for all
  // calls of a look, which is at it, too), which are then appended, each once.
  bool isWithin(const ByteMask& bytes, uint32_t place) { return maskOf(place).isWithin(bytes); }
  bool formsWithin(const ByteMask& bytes, std::span<const uint16_t> nodes, uint32_t place,
                   std::pmr::vector<std::string_view>* forms);
  bool hasAnyOf(const ByteMask& bytes, uint32_t place) { return maskOf(place).intersects(bytes); }
  std::string_view content(uint32_t place) const { return texts_[place].bytes; }
  std::string_view form(uint16_t node, size_t number) {
    return texts_[idsOf(node)[places_[number]]].bytes;
  }

 private:
  // Bytes that a content has at some nodes, and what the steps made of them: the same step from the
  // same bytes is done once, wherever in the trie it is.
  struct Text {
    struct Step {
      const Transformation* transformation;
      uint32_t result;
    };
    static constexpr size_t kSteps = 6;

    std::string_view bytes;
    ByteMask mask;
    bool has_mask = false;
    uint8_t steps = 0;
    std::array<Step, kSteps> done;
  };
  static constexpr size_t kMost = PlaceSet::kMost;
  static constexpr size_t kMostBytes = 32 * 1024;
  static constexpr size_t kBuffer = 128 * 1024;
  using Ids = std::array<uint32_t, kMost>;  // numbers of texts, by place

  struct Node {
    uint64_t block = 0;             // what is known is of that block
    uint64_t look = 0;              // `ids` is of that look
    const uint32_t* ids = nullptr;  // this node's own, or those of one before that it equals
    PlaceSet known;
    PlaceSet changed;  // of the known: by the node's own step
    Ids own{};
  };
  struct Gathered {
    const uint32_t* source = nullptr;
    std::vector<uint32_t> ids;
    std::vector<std::string_view> texts;
    ByteMask bytes;
    bool any_empty = false;
    bool is_joined = false;
    std::string joined;
  };

  // The texts at a node of the contents that are looked at.
  const uint32_t* idsOf(uint16_t node);
  void findWays(std::span<const uint16_t> nodes);
  uint32_t step(uint32_t text, const Transformation& transformation);
  const ByteMask& maskOf(uint32_t text);
  Gathered& gathered(uint16_t node);
  std::string_view keep(std::string_view bytes);

  const FormTrie* trie_ = nullptr;
  std::vector<Node> nodes_;
  std::vector<Text> texts_;  // the contents themselves, by place, then what was made of them
  Ids contents_{};           // 0, 1, 2, …
  std::vector<Verdict*> verdicts_;
  std::vector<PlaceSet> of_target_;
  std::vector<uint64_t> present_;  // targets that have a content
  std::vector<uint32_t> places_;
  PlaceSet places_set_;
  ByteMask looked_at_;                 // the bytes of the contents at places_
  bool any_empty_ = false;             // among these
  std::vector<const uint32_t*> ways_;  // the different ones of formsWithin()'s nodes
  uint64_t ways_look_ = 0;
  std::vector<Gathered> gathered_;
  size_t gathered_count_ = 0;
  size_t bytes_ = 0;
  uint64_t block_ = 0;
  uint64_t look_ = 0;
  uint64_t look_of_ = 0;  // the block of places_
  std::string scratch_;
  std::unique_ptr<std::byte[]> buffer_;
  std::pmr::monotonic_buffer_resource resource_;  // of the changed forms
};

}  // namespace waf
