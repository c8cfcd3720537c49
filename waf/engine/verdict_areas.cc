// What is known of the rules of large groups: hardly any content matches one of thousands, so that
// most have no area and say "none" with the group's one slot.
#include <algorithm>

#include "waf/engine/verdicts.h"

namespace waf {

uint64_t*& Verdicts::areaPlace(VerdictBits* bits, size_t area) {
  if (bits->areas == nullptr) {
    const size_t count = program_.large_groups.size();
    bits->areas = static_cast<uint64_t**>(
        arena_->resource()->allocate(count * sizeof(uint64_t*), alignof(uint64_t*)));
    std::fill_n(bits->areas, count, nullptr);
  }
  return bits->areas[area];
}

void Verdicts::fillArea(size_t area, uint64_t* words) const {
  const size_t count = program_.areaWords(area);
  std::fill_n(words, count, ~uint64_t{0});
  const size_t last = program_.largeGroup(area).scan->slots() % 64;
  if (last != 0) words[count - 1] = (uint64_t{1} << last) - 1;
}

uint64_t* Verdicts::areaFor(VerdictBits* bits, size_t area) {
  uint64_t*& place = areaPlace(bits, area);
  if (place == nullptr) {
    place = newWords(program_.areaWords(area));
    fillArea(area, place);
  }
  return place;
}

bool Verdicts::hasMore(const VerdictBits& bits, size_t area) const {
  return bits.knows(program_.large_groups[area]) &&
         isSlotSet(bits, program_.largeGroup(area).first_slot);
}

void Verdicts::addArea(const VerdictBits& bits, size_t area, uint64_t* words) const {
  const uint64_t* const own = bits.area(area);
  if (own == nullptr) return fillArea(area, words);
  for (size_t i = 0; i < program_.areaWords(area); ++i) words[i] |= own[i];
}

void Verdicts::learnArea(Verdict* verdict, const RuleGroup& group, const BitSet& hits) {
  if (!isSlotSet(*verdict, group.first_slot)) return;
  const BitSet& always = group.scan->alwaysReported();
  if (group.always_apart && hits == always) return clearGroup(verdict, group);
  uint64_t* const area = areaFor(verdict, static_cast<size_t>(group.area));
  for (size_t i = 0; i < hits.words(); ++i) {
    area[i] &= group.always_apart ? hits.word(i) & ~always.word(i) : hits.word(i);
  }
  dropIfEmpty(verdict, group);
}

void Verdicts::dropIfEmpty(Verdict* verdict, const RuleGroup& group) const {
  const auto number = static_cast<size_t>(group.area);
  const uint64_t* const area = verdict->area(number);
  const bool empty =
      std::all_of(area, area + program_.areaWords(number), [](uint64_t word) { return word == 0; });
  if (empty) clearGroup(verdict, group);
}

// None of its rules matches, but those that have slots of their own.
void Verdicts::clearGroup(Verdict* verdict, const RuleGroup& group) const {
  verdict->words[group_words_ + group.first_slot / 64] &= ~(uint64_t{1} << (group.first_slot % 64));
}

}  // namespace waf
