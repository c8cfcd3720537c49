#include "waf/engine/verdict_table.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <random>

namespace waf {
namespace {

constexpr uint64_t kFactor = 0x9fb21c651e98df25ULL;

uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * kFactor;
  return hash ^ hash >> 32;
}

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
  static const uint64_t seed = [] {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
  }();
  uint64_t hash = mix(seed ^ program, text.size());
  while (text.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof(word));
    hash = mix(hash, word);
    text.remove_prefix(sizeof(word));
  }
  uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  return mix(mix(hash, rest), seed);
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

bool VerdictTable::load(uint64_t program, uint64_t hash, std::string_view text, uint64_t* words,
                        size_t count) {
  const Entry* entry = find(program, hash, text);
  add(&asked_);
  if (entry == nullptr) return false;
  add(&found_);
  std::copy_n(entry->words.begin(), count, words);
  return true;
}

void VerdictTable::store(uint64_t program, uint64_t hash, std::string_view text,
                         const uint64_t* words, size_t count, size_t group_words) {
  Entry* entry = find(program, hash, text);
  if (entry == nullptr) {
    Set& set = setOf(hash);
    const size_t place = set.oldest++ % kWays;
    set.hashes[place] = hash;
    entry = &set.entries[place];
    entry->program = program;
    entry->text.assign(text);
    entry->words.assign(words, words + count);
    return;
  }
  // Another transaction may have learnt other things of the same content meanwhile.
  for (size_t i = 0; i < count; ++i) {
    if (i < group_words) {
      entry->words[i] |= words[i];
    } else {
      entry->words[i] &= words[i];
    }
  }
}

}  // namespace waf
