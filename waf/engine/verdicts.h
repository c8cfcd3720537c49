#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "waf/engine/program.h"
#include "waf/engine/value.h"
#include "waf/seclang/variables.h"

namespace waf {

// What is known of one content, the bytes of a value, under one program: a bit for each group whose
// scan has been done, and one for each slot of every group. A slot's bit is set as long as its
// operator may match; it is cleared by a scan that leaves the slot out, and by the operator itself
// when it does not match. An operator sees nothing but the bytes, so this holds for any value of
// this content, in any request.
struct Verdict {
  uint64_t* words = nullptr;  // the groups' words, then the slots'
  std::string_view text;
  uint64_t hash = 0;
  Verdict* next = nullptr;  // in its bucket
  uint32_t queued = 0;      // by which scan; a content is scanned once, however many values have it
  bool kept = false;        // among those that outlive the transaction
  bool changed = false;
  bool fresh = false;  // nothing was known of the content when the transaction met it

  bool knows(size_t group) const { return (words[group / 64] >> (group % 64) & 1) != 0; }
};

// The verdicts of one transaction. Those of short contents come from, and go back to, a bounded
// table of the thread: most contents of a request (the user agent, names, cookies) come again with
// the next one. Contents are compared byte for byte. Owned by the evaluator, used by its thread.
class Verdicts {
 public:
  // `cache` off: what is found ends with the transaction.
  Verdicts(const Program& program, Arena* arena, bool cache);

  Verdict& of(const Value& value);
  void learn(Verdict* verdict, size_t group, const BitSet& hits);
  void clearSlot(Verdict* verdict, const Rule& rule);
  bool mayMatch(const Verdict& verdict, const Rule& rule) const {
    const size_t bit = slotOf(rule);
    return (verdict.words[group_words_ + bit / 64] >> (bit % 64) & 1) != 0;
  }
  void addHits(const Verdict& verdict, size_t group, BitSet* hits) const {
    addHits(verdict.words, group, hits);
  }

  // For targets that take whole collections, so that not each value is visited for each group: adds
  // the hits of the values whose content was met in earlier transactions, and appends the others to
  // `fresh`. False, and nothing is done, when one of the former is not known.
  bool addCollection(VariableId id, const std::pmr::vector<Value>& values, size_t group,
                     BitSet* hits, std::vector<const Value*>* fresh);
  // What the collections' sums were made of has changed: values came, more is known.
  void startPhase();

  // Gives what was learnt to the thread's table.
  void store();

  static constexpr size_t kMaxKeptBytes = 2048;

 private:
  struct Sum {
    uint32_t phase = 0;
    size_t count = 0;
    uint64_t* words = nullptr;
    std::vector<const Value*> fresh;
  };
  size_t slotOf(const Rule& rule) const {
    return program_.groups[static_cast<size_t>(rule.group)].first_slot + rule.group_slot;
  }
  void addHits(const uint64_t* words, size_t group, BitSet* hits) const;
  uint64_t* newWords();

  static constexpr size_t kBuckets = 256;

  const Program& program_;
  Arena* arena_;
  bool cache_;
  size_t group_words_;
  size_t words_;
  uint32_t phase_ = 0;
  std::array<Verdict*, kBuckets> buckets_{};
  std::array<Sum, kVariableCount> sums_{};
  std::vector<Verdict*> changed_;
};

}  // namespace waf
