#include "waf/engine/content_block.h"

#include <algorithm>
#include <numeric>

#include "waf/scan/scan_group.h"

namespace waf {

ContentBlock::ContentBlock()
    : buffer_(std::make_unique_for_overwrite<std::byte[]>(kBuffer)),
      resource_(buffer_.get(), kBuffer) {
  std::iota(contents_.begin(), contents_.end(), 0);
}

void ContentBlock::start(const FormTrie& trie, size_t targets) {
  trie_ = &trie;
  if (nodes_.size() < trie.size()) nodes_.resize(trie.size());
  if (of_target_.size() < targets) {
    of_target_.resize(targets);
    present_.resize((targets + 63) / 64);
  }
  clear();
}

void ContentBlock::clear() {
  ++block_;
  verdicts_.clear();
  texts_.clear();
  std::fill(of_target_.begin(), of_target_.end(), PlaceSet());
  std::fill(present_.begin(), present_.end(), 0);
  bytes_ = 0;
  resource_.release();
}

uint32_t ContentBlock::add(Verdict* verdict, std::string_view text) {
  const auto place = static_cast<uint32_t>(verdicts_.size());
  verdicts_.push_back(verdict);
  bytes_ += text.size();
  texts_.emplace_back().bytes = text;
  return place;
}

void ContentBlock::look(std::span<const uint32_t> places) {
  PlaceSet set;
  for (const uint32_t place : places) set.set(place);
  if (look_of_ == block_ && set == places_set_) return;
  look_of_ = block_;
  places_set_ = set;
  places_.assign(places.begin(), places.end());
  looked_at_ = {};
  any_empty_ = false;
  for (const uint32_t place : places) {
    looked_at_.add(maskOf(place));
    any_empty_ = any_empty_ || texts_[place].bytes.empty();
  }
  gathered_count_ = 0;
  ++look_;
}

std::string_view ContentBlock::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  char* at = static_cast<char*>(resource_.allocate(bytes.size(), 1));
  bytes.copy(at, bytes.size());
  return {at, bytes.size()};
}

const ByteMask& ContentBlock::maskOf(uint32_t number) {
  Text& text = texts_[number];
  if (!text.has_mask) {
    text.has_mask = true;
    text.mask.add(text.bytes);
  }
  return text.mask;
}

uint32_t ContentBlock::step(uint32_t number, const Transformation& transformation) {
  if (transformation.needs != nullptr && !maskOf(number).intersects(*transformation.needs)) {
    return number;
  }
  const std::string_view bytes = texts_[number].bytes;
  if (!transformation.mayChange(bytes)) return number;
  for (size_t i = 0; i < texts_[number].steps; ++i) {
    const Text::Step& done = texts_[number].done[i];
    if (done.transformation == &transformation) return done.result;
  }
  uint32_t result = number;
  if (transformation.apply(bytes, scratch_)) {
    result = static_cast<uint32_t>(texts_.size());
    Text& made = texts_.emplace_back();
    made.bytes = keep(scratch_);
    if (transformation.bytesAfter != nullptr) {
      made.mask = transformation.bytesAfter(maskOf(number));
      made.has_mask = true;
    }
  }
  Text& text = texts_[number];
  if (text.steps < Text::kSteps) text.done[text.steps++] = {&transformation, result};
  return result;
}

const uint32_t* ContentBlock::idsOf(uint16_t number) {
  if (number == 0) return contents_.data();
  Node& node = nodes_[number];
  if (node.look == look_) return node.ids;
  node.look = look_;
  const ByteMask* needs = trie_->needs(number);
  if (needs != nullptr && !looked_at_.intersects(*needs)) return node.ids = contents_.data();
  const uint32_t* before = idsOf(trie_->parent(number));
  if (node.block != block_) {
    node.block = block_;
    node.known = {};
    node.changed = {};
  }
  const Transformation& transformation = *trie_->transformation(number);
  uint32_t* const own = node.own.data();
  const PlaceSet unknown = places_set_.without(node.known);
  unknown.forEach([&](uint32_t place) {
    const bool untouched = needs != nullptr && !texts_[place].mask.intersects(*needs);
    own[place] = untouched ? place : step(before[place], transformation);
    if (own[place] != before[place]) node.changed.set(place);
  });
  node.known.add(unknown);
  return node.ids = node.changed.intersects(places_set_) ? own : before;
}

bool ContentBlock::formsWithin(const ByteMask& bytes, std::span<const uint16_t> nodes,
                               uint32_t place, std::pmr::vector<std::string_view>* forms) {
  if (ways_look_ != look_) findWays(nodes);
  const size_t before = forms->size();
  for (const uint32_t* const ids : ways_) {
    const uint32_t text = ids[place];
    const std::string_view form = texts_[text].bytes;
    const auto isThere = [&](std::string_view other) { return other.data() == form.data(); };
    if (std::any_of(forms->begin() + static_cast<ptrdiff_t>(before), forms->end(), isThere)) {
      continue;
    }
    if (!maskOf(text).isWithin(bytes)) {
      forms->resize(before);
      return false;
    }
    forms->push_back(form);
  }
  return true;
}

void ContentBlock::findWays(std::span<const uint16_t> nodes) {
  ways_look_ = look_;
  ways_.clear();
  for (const uint16_t node : nodes) {
    const uint32_t* const ids = idsOf(node);
    if (std::find(ways_.begin(), ways_.end(), ids) == ways_.end()) ways_.push_back(ids);
  }
}

ContentBlock::Gathered& ContentBlock::gathered(uint16_t node) {
  const uint32_t* const ids = idsOf(node);
  const auto isSame = [&](uint32_t place, uint32_t id) { return ids[place] == id; };
  for (size_t i = 0; i < gathered_count_; ++i) {
    Gathered& known = gathered_[i];
    if (known.source == ids ||
        std::equal(places_.begin(), places_.end(), known.ids.begin(), isSame)) {
      return known;
    }
  }
  if (gathered_count_ == gathered_.size()) gathered_.emplace_back();
  Gathered& made = gathered_[gathered_count_++];
  made.source = ids;
  made.ids.clear();
  made.texts.clear();
  made.bytes = {};
  made.any_empty = false;
  made.is_joined = false;
  for (const uint32_t place : places_) {
    const uint32_t id = ids[place];
    made.bytes.add(maskOf(id));
    made.ids.push_back(id);
    made.texts.push_back(texts_[id].bytes);
    made.any_empty = made.any_empty || texts_[id].bytes.empty();
  }
  return made;
}

std::string_view ContentBlock::joined(uint16_t node) {
  Gathered& made = gathered(node);
  if (!made.is_joined) {
    made.is_joined = true;
    made.joined.assign(ScanGroup::join(made.texts));
  }
  return made.joined;
}

}  // namespace waf
