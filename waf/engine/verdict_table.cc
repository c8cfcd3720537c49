#include "waf/engine/verdict_table.h"

#include <algorithm>
#include <mutex>

#include "waf/base/seeded_hash.h"

namespace waf {
namespace {

// The threads' tables, for their counters; a thread that ends leaves its counts.
struct Tables {
  std::mutex mutex;
  std::vector<const VerdictTable*> live;
  VerdictTable::Lookups ended;
};

Tables& tables() {
  static Tables all;
  return all;
}

// One that is not there yet says nothing of its group's rules.
void joinArea(const VerdictTable::Area& area, VerdictTable::Kept* kept) {
  const auto same = std::find_if(
      kept->areas.begin(), kept->areas.end(),
      [&](const VerdictTable::KeptArea& other) { return other.number == area.number; });
  if (same == kept->areas.end()) {
    kept->areas.push_back({area.number, {area.words.begin(), area.words.end()}});
    return;
  }
  for (size_t i = 0; i < area.words.size(); ++i) same->words[i] &= area.words[i];
}

}  // namespace

VerdictTable::VerdictTable() : sets_(kSets) {
  Tables& all = tables();
  const std::lock_guard lock(all.mutex);
  all.live.push_back(this);
}

VerdictTable::~VerdictTable() {
  Tables& all = tables();
  const std::lock_guard lock(all.mutex);
  std::erase(all.live, this);
  all.ended.asked += asked_.load(std::memory_order_relaxed);
  all.ended.found += found_.load(std::memory_order_relaxed);
}

VerdictTable::Lookups VerdictTable::lookups() {
  Tables& all = tables();
  const std::lock_guard lock(all.mutex);
  Lookups sum = all.ended;
  for (const VerdictTable* table : all.live) {
    sum.asked += table->asked_.load(std::memory_order_relaxed);
    sum.found += table->found_.load(std::memory_order_relaxed);
  }
  return sum;
}

VerdictTable& VerdictTable::ofThread() {
  thread_local VerdictTable table;
  return table;
}

uint64_t VerdictTable::hash(uint64_t program, std::string_view text) {
  return seededHash(program, text);
}

VerdictTable::Entry* VerdictTable::find(uint64_t program, uint64_t hash, std::string_view text) {
  Set& set = setOf(hash);
  for (size_t i = 0; i < kWays; ++i) {
    if (set.hashes[i] != hash) continue;
    Entry& entry = set.entries[i];
    if (entry.program == program && entry.text == text) return &entry;
  }
  return nullptr;
}

const VerdictTable::Kept* VerdictTable::load(uint64_t program, uint64_t hash,
                                             std::string_view text) {
  const Entry* entry = find(program, hash, text);
  add(&asked_);
  if (entry == nullptr) return nullptr;
  add(&found_);
  return &entry->kept;
}

void VerdictTable::store(uint64_t program, uint64_t hash, std::string_view text,
                         std::span<const uint64_t> words, size_t group_words,
                         std::span<const Area> areas) {
  Entry* entry = find(program, hash, text);
  if (entry == nullptr) {
    Set& set = setOf(hash);
    const size_t place = set.oldest++ % kWays;
    set.hashes[place] = hash;
    entry = &set.entries[place];
    entry->program = program;
    entry->text.assign(text);
    entry->kept.words.assign(words.begin(), words.end());
    entry->kept.areas.clear();
    for (const Area& area : areas) joinArea(area, &entry->kept);
    return;
  }
  // Another transaction may have learnt other things of the same content meanwhile.
  for (size_t i = 0; i < words.size(); ++i) {
    uint64_t& word = entry->kept.words[i];
    word = i < group_words ? word | words[i] : word & words[i];
  }
  for (const Area& area : areas) joinArea(area, &entry->kept);
}

}  // namespace waf
