#include "waf/engine/verdicts.h"

#include <algorithm>

#include "waf/engine/verdict_table.h"

namespace waf {

Verdicts::Verdicts(const Program& program, Arena* arena, bool cache)
    : program_(program),
      arena_(arena),
      cache_(cache),
      group_words_((program.groups.size() + 63) / 64),
      words_(group_words_ + (program.slots + 63) / 64) {}

uint64_t* Verdicts::newWords() {
  return static_cast<uint64_t*>(
      arena_->resource()->allocate(words_ * sizeof(uint64_t), alignof(uint64_t)));
}

Verdict& Verdicts::of(const Value& value) {
  if (value.verdict != nullptr) return *value.verdict;
  const bool kept = value.text.size() <= kMaxKeptBytes;
  const uint64_t hash = kept ? VerdictTable::hash(program_.serial, value.text) : 0;
  Verdict** bucket = kept ? &buckets_[hash % kBuckets] : nullptr;
  for (Verdict* same = kept ? *bucket : nullptr; same != nullptr; same = same->next) {
    if (same->hash == hash && same->text == value.text) {
      value.verdict = same;
      return *same;
    }
  }
  auto* verdict = new (arena_->resource()->allocate(sizeof(Verdict), alignof(Verdict))) Verdict();
  verdict->words = newWords();
  verdict->text = value.text;
  verdict->hash = hash;
  verdict->kept = kept;
  if (!kept || !cache_ ||
      !VerdictTable::ofThread().load(program_.serial, hash, value.text, verdict->words, words_)) {
    verdict->fresh = true;
    std::fill_n(verdict->words, group_words_, uint64_t{0});
    std::fill(verdict->words + group_words_, verdict->words + words_, ~uint64_t{0});
  }
  if (kept) {
    verdict->next = *bucket;
    *bucket = verdict;
  }
  value.verdict = verdict;
  return *verdict;
}

void Verdicts::learn(Verdict* verdict, size_t group, const BitSet& hits) {
  verdict->words[group / 64] |= uint64_t{1} << (group % 64);
  const size_t first = program_.groups[group].first_slot;
  for (size_t slot = 0; slot < hits.size(); ++slot) {
    if (hits.test(slot)) continue;
    const size_t bit = first + slot;
    verdict->words[group_words_ + bit / 64] &= ~(uint64_t{1} << (bit % 64));
  }
  if (!verdict->changed && verdict->kept) changed_.push_back(verdict);
  verdict->changed = true;
}

void Verdicts::clearSlot(Verdict* verdict, const Rule& rule) {
  const size_t bit = slotOf(rule);
  verdict->words[group_words_ + bit / 64] &= ~(uint64_t{1} << (bit % 64));
  if (!verdict->changed && verdict->kept) changed_.push_back(verdict);
  verdict->changed = true;
}

void Verdicts::addHits(const uint64_t* words, size_t group, BitSet* hits) const {
  hits->addBits(words + group_words_, program_.groups[group].first_slot);
}

bool Verdicts::addCollection(VariableId id, const std::pmr::vector<Value>& values, size_t group,
                             BitSet* hits, std::vector<const Value*>* fresh) {
  if (values.empty()) return true;
  Sum& sum = sums_[static_cast<size_t>(id)];
  if (sum.phase != phase_ || sum.count != values.size()) {
    if (sum.words == nullptr) sum.words = newWords();
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
      for (size_t i = 0; i < group_words_; ++i) sum.words[i] &= verdict.words[i];
      for (size_t i = group_words_; i < words_; ++i) sum.words[i] |= verdict.words[i];
    }
  }
  if ((sum.words[group / 64] >> (group % 64) & 1) == 0) return false;
  addHits(sum.words, group, hits);
  fresh->insert(fresh->end(), sum.fresh.begin(), sum.fresh.end());
  return true;
}

void Verdicts::startPhase() { ++phase_; }

void Verdicts::store() {
  if (!cache_) return;
  VerdictTable& table = VerdictTable::ofThread();
  for (Verdict* verdict : changed_) {
    table.store(program_.serial, verdict->hash, verdict->text, verdict->words, words_,
                group_words_);
    verdict->changed = false;
  }
  changed_.clear();
}

}  // namespace waf
