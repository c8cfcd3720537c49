#include "waf/engine/verdicts.h"

#include <algorithm>

namespace waf {

Verdicts::Verdicts(const Program& program, Arena* arena, bool cache)
    : program_(program),
      arena_(arena),
      cache_(cache),
      group_words_(program.groupWords()),
      words_(program.verdictWords()),
      changed_(arena->resource()) {}

uint64_t* Verdicts::newWords(size_t count) {
  return static_cast<uint64_t*>(
      arena_->resource()->allocate(count * sizeof(uint64_t), alignof(uint64_t)));
}

// A body of a hundred thousand values must not look through chains of hundreds for each.
void Verdicts::growBuckets() {
  Verdict** const old = buckets_;
  const size_t old_count = bucket_count_;
  bucket_count_ *= 8;
  buckets_ = static_cast<Verdict**>(
      arena_->resource()->allocate(bucket_count_ * sizeof(Verdict*), alignof(Verdict*)));
  std::fill_n(buckets_, bucket_count_, nullptr);
  for (size_t i = 0; i < old_count; ++i) {
    while (Verdict* const verdict = old[i]) {
      old[i] = verdict->next;
      Verdict*& bucket = buckets_[verdict->hash & (bucket_count_ - 1)];
      verdict->next = bucket;
      bucket = verdict;
    }
  }
}

Verdict& Verdicts::of(const Value& value) {
  if (value.verdict != nullptr) return *value.verdict;
  const bool kept = value.text.size() <= kMaxKeptBytes;
  const uint64_t hash = kept ? VerdictTable::hash(program_.serial, value.text) : 0;
  Verdict** bucket = kept ? &buckets_[hash & (bucket_count_ - 1)] : nullptr;
  for (Verdict* same = kept ? *bucket : nullptr; same != nullptr; same = same->next) {
    if (same->hash == hash && same->text == value.text) {
      value.verdict = same;
      return *same;
    }
  }
  auto* verdict = new (arena_->resource()->allocate(sizeof(Verdict), alignof(Verdict))) Verdict();
  verdict->words = newWords(words_);
  verdict->text = value.text;
  verdict->hash = hash;
  verdict->kept = kept;
  if (!kept || !cache_ || !load(verdict)) {
    verdict->fresh = true;
    verdict->untouched = true;
    std::fill_n(verdict->words, group_words_, uint64_t{0});
    std::fill(verdict->words + group_words_, verdict->words + words_, ~uint64_t{0});
  }
  if (kept) {
    verdict->next = *bucket;
    *bucket = verdict;
    if (++in_buckets_ > 2 * bucket_count_) growBuckets();
  }
  value.verdict = verdict;
  return *verdict;
}

bool Verdicts::load(Verdict* verdict) {
  const VerdictTable::Kept* known =
      VerdictTable::ofThread().load(program_.serial, verdict->hash, verdict->text);
  if (known == nullptr) return false;
  std::copy_n(known->words.begin(), words_, verdict->words);
  for (const VerdictTable::KeptArea& area : known->areas) {
    if (!isSlotSet(*verdict, program_.largeGroup(area.number).first_slot)) continue;
    uint64_t*& place = areaPlace(verdict, area.number);
    place = newWords(area.words.size());
    std::copy(area.words.begin(), area.words.end(), place);
  }
  return true;
}

namespace {

// Calls change(index, bits) for the words of a verdict's slots that hold those of `first` on which
// are not in `hits`.
template <typename Change>
void forEachMiss(const BitSet& hits, size_t first, Change&& change) {
  hits.forEachWordMissing([&](uint64_t missing, size_t number) {
    if (missing == 0) return;
    const size_t bit = first + number;
    const size_t shift = bit % 64;
    change(bit / 64, missing << shift);
    if (shift != 0 && missing >> (64 - shift) != 0) change(bit / 64 + 1, missing >> (64 - shift));
  });
}

}  // namespace

void Verdicts::learn(Verdict* verdict, size_t group, const BitSet& hits) {
  verdict->untouched = false;
  verdict->words[group / 64] |= uint64_t{1} << (group % 64);
  const RuleGroup& rules = program_.groups[group];
  if (rules.area >= 0) {
    learnArea(verdict, rules, hits);
  } else {
    uint64_t* const slots = verdict->words + group_words_;
    forEachMiss(hits, rules.first_slot,
                [&](size_t index, uint64_t bits) { slots[index] &= ~bits; });
  }
  noteChange(verdict);
}

bool Verdicts::addLearnt(size_t group, std::vector<uint64_t>* learnt) const {
  const RuleGroup& rules = program_.groups[group];
  const BitSet& always = rules.scan->alwaysReported();
  if (rules.area >= 0 && !rules.always_apart) return false;
  setBit(learnt, group);
  uint64_t* const slots = learnt->data() + group_words_;
  if (rules.area >= 0) {
    slots[rules.first_slot / 64] |= uint64_t{1} << (rules.first_slot % 64);
  } else {
    forEachMiss(always, rules.first_slot,
                [&](size_t index, uint64_t bits) { slots[index] |= bits; });
  }
  return true;
}

bool Verdicts::addRuledOut(const Rule& rule, std::vector<uint64_t>* learnt) const {
  if (rule.area >= 0 && !rule.negated) return false;
  setBit(learnt, group_words_ * 64 + static_cast<size_t>(rule.verdict_slot));
  return true;
}

void Verdicts::learn(std::span<Verdict* const> verdicts,
                     const std::vector<uint64_t>& learnt) const {
  for (size_t i = 0; i < words_; ++i) {
    const uint64_t bits = learnt[i];
    if (bits == 0) continue;
    for (Verdict* const verdict : verdicts) {
      uint64_t& word = verdict->words[i];
      word = i < group_words_ ? word | bits : word & ~bits;
    }
  }
  for (Verdict* const verdict : verdicts) verdict->fresh = verdict->untouched = false;
}

void Verdicts::clearSlot(Verdict* verdict, const Rule& rule) {
  const auto slot = static_cast<size_t>(rule.verdict_slot);
  if (rule.area < 0 || rule.negated) {
    verdict->words[group_words_ + slot / 64] &= ~(uint64_t{1} << (slot % 64));
  } else if (isSlotSet(*verdict, slot)) {
    uint64_t& word = areaFor(verdict, static_cast<size_t>(rule.area))[rule.group_slot / 64];
    word &= ~(uint64_t{1} << (rule.group_slot % 64));
    if (word == 0) dropIfEmpty(verdict, program_.groups[static_cast<size_t>(rule.group)]);
  }
  noteChange(verdict);
}

void Verdicts::addHits(const VerdictBits& bits, size_t group, BitSet* hits) const {
  const RuleGroup& rules = program_.groups[group];
  if (rules.area < 0) return hits->addBits(bits.words + group_words_, rules.first_slot);
  // The rules apart, too; what is known of them is asked value by value.
  hits->add(rules.scan->alwaysReported());
  if (!isSlotSet(bits, rules.first_slot)) return;
  const uint64_t* const area = bits.area(static_cast<size_t>(rules.area));
  if (area == nullptr) return hits->setAll();
  hits->addBits(area, 0);
}

bool Verdicts::addCollection(VariableId id, const std::pmr::vector<Value>& values, size_t group,
                             BitSet* hits, std::pmr::vector<const Value*>* fresh) {
  if (values.empty()) return true;
  const Sum& sum = sumOf(id, values);
  if (!sum.knows(group)) return false;
  addHits(sum, group, hits);
  fresh->insert(fresh->end(), sum.fresh.begin(), sum.fresh.end());
  return true;
}

const Verdicts::Sum& Verdicts::sumOf(VariableId id, const std::pmr::vector<Value>& values) {
  Sum*& place = sums_[static_cast<size_t>(id)];
  if (place == nullptr) {
    place = new (arena_->resource()->allocate(sizeof(Sum), alignof(Sum))) Sum(arena_->resource());
  }
  Sum& sum = *place;
  if (sum.phase != phase_ || sum.count != values.size()) {
    if (sum.words == nullptr) sum.words = newWords(words_);
    sum.phase = phase_;
    sum.count = values.size();
    std::fill_n(sum.words, group_words_, ~uint64_t{0});
    std::fill(sum.words + group_words_, sum.words + words_, uint64_t{0});
    sum.fresh.clear();
    for (const Value& value : values) {
      const Verdict& verdict = of(value);
      if (verdict.fresh) {
        sum.fresh.push_back(&value);
        continue;
      }
      if (!program_.large_groups.empty()) addAreasTo(&sum, verdict);
      for (size_t i = 0; i < group_words_; ++i) sum.words[i] &= verdict.words[i];
      for (size_t i = group_words_; i < words_; ++i) sum.words[i] |= verdict.words[i];
    }
  }
  return sum;
}

void Verdicts::addAreasTo(Sum* sum, const Verdict& verdict) {
  for (size_t number = 0; number < program_.large_groups.size(); ++number) {
    if (!hasMore(verdict, number)) continue;
    uint64_t*& area = areaPlace(sum, number);
    const size_t count = program_.areaWords(number);
    const bool first = area == nullptr || !hasMore(*sum, number);
    if (area == nullptr) area = newWords(count);
    if (first) std::fill_n(area, count, uint64_t{0});
    addArea(verdict, number, area);
  }
}

void Verdicts::renewSums() { ++phase_; }

void Verdicts::store() {
  if (!cache_) return;
  VerdictTable& table = VerdictTable::ofThread();
  for (Verdict* verdict : changed_) {
    stored_areas_.clear();
    for (size_t number = 0; number < program_.large_groups.size(); ++number) {
      const uint64_t* const area = verdict->area(number);
      if (area == nullptr || !isSlotSet(*verdict, program_.largeGroup(number).first_slot)) continue;
      stored_areas_.push_back({static_cast<uint32_t>(number), {area, program_.areaWords(number)}});
    }
    table.store(program_.serial, verdict->hash, verdict->text, {verdict->words, words_},
                group_words_, stored_areas_);
    verdict->changed = false;
  }
  changed_.clear();
}

}  // namespace waf
