#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "waf/engine/program.h"
#include "waf/engine/value.h"
#include "waf/engine/verdict_table.h"
#include "waf/seclang/variables.h"

namespace waf {

// A bit for each group whose scan has been done, and one for each slot of the program. A slot's bit
// is set as long as its operator may match.
struct VerdictBits {
  uint64_t* words = nullptr;  // the groups' words, then the slots'
  // By number, the areas of the large groups, a bit for each of their rules that are not apart. One
  // says something while the group's slot is set; one that is not there (null, as all of them when
  // this is) says that any rule may match.
  uint64_t** areas = nullptr;

  bool knows(size_t group) const { return testBit(words, group); }
  uint64_t* area(size_t number) const { return areas == nullptr ? nullptr : areas[number]; }
};

// What is known of one content, the bytes of a value, under one program. A bit is cleared by a scan
// that leaves the slot out, and by the operator itself when it does not match. An operator sees
// nothing but the bytes, so this holds for any value of this content, in any request.
struct Verdict : VerdictBits {
  std::string_view text;
  uint64_t hash = 0;
  Verdict* next = nullptr;  // in its bucket
  uint32_t queued = 0;      // by which scan; a content is scanned once, however many values have it
  uint32_t place = 0;       // in the block that was queued then
  bool kept = false;        // among those that outlive the transaction
  bool changed = false;
  bool lasting = true;     // what is learnt goes to the thread's table
  bool fresh = false;      // nothing was known of the content when the transaction met it
  bool untouched = false;  // nor is anything now
};

// The verdicts of one transaction. Those of short contents come from, and go back to, a bounded
// table of the thread: most contents of a request (the user agent, names, cookies) come again with
// the next one. Contents are compared byte for byte. Owned by the evaluator, used by its thread.
class Verdicts {
 public:
  // `cache` off: what is found ends with the transaction.
  Verdicts(const Program& program, Arena* arena, bool cache);
  Verdicts(const Verdicts&) = delete;
  Verdicts& operator=(const Verdicts&) = delete;

  Verdict& of(const Value& value);
  void learn(Verdict* verdict, size_t group, const BitSet& hits);
  // The rule does not match the content.
  void clearSlot(Verdict* verdict, const Rule& rule);
  // The content goes to the thread's table when this transaction is done with the phase.
  void noteChange(Verdict* verdict) {
    if (!verdict->changed && verdict->kept && verdict->lasting && cache_) {
      changed_.push_back(verdict);
    }
    verdict->changed = true;
  }
  // For many contents at once: the groups that are now known, then the slots that are ruled out, in
  // words of verdictWords(). A group that found nothing but what it always reports; false where
  // that has to be learnt of each content.
  bool addLearnt(size_t group, std::vector<uint64_t>* learnt) const;
  // False for a rule whose bit is in an area.
  bool addRuledOut(const Rule& rule, std::vector<uint64_t>* learnt) const;
  void learn(std::span<Verdict* const> verdicts, const std::vector<uint64_t>& learnt) const;
  bool mayMatch(const Verdict& verdict, const Rule& rule) const {
    if (!isSlotSet(verdict, static_cast<size_t>(rule.verdict_slot))) return false;
    if (rule.area < 0 || rule.negated) return true;
    const uint64_t* const area = verdict.area(static_cast<size_t>(rule.area));
    return area == nullptr || testBit(area, rule.group_slot);
  }
  void addHits(const VerdictBits& bits, size_t group, BitSet* hits) const;
  // Whether more than the words tell of a large group: it is known, and some of its rules may
  // match.
  bool hasMore(const VerdictBits& bits, size_t area) const;
  // Adds what the area says, all when there is none, to `words`.
  void addArea(const VerdictBits& bits, size_t area, uint64_t* words) const;

  // What is known of all values of a collection: the groups that know each of those that were met
  // in earlier transactions, and their slots; and the others.
  struct Sum : VerdictBits {
    uint32_t phase = 0;
    size_t count = 0;
    std::pmr::vector<const Value*> fresh;
    explicit Sum(std::pmr::memory_resource* resource) : fresh(resource) {}
  };
  const Sum& sumOf(VariableId id, const std::pmr::vector<Value>& values);

  // For targets that take whole collections, so that not each value is visited for each group: adds
  // the hits of the values whose content was met in earlier transactions, and appends the others to
  // `fresh`. False, and nothing is done, when one of the former is not known.
  bool addCollection(VariableId id, const std::pmr::vector<Value>& values, size_t group,
                     BitSet* hits, std::pmr::vector<const Value*>* fresh);
  // What the collections' sums were made of has changed: values came, more is known.
  void renewSums();

  // Gives what was learnt to the thread's table.
  void store();

  static constexpr size_t kMaxKeptBytes = 2048;

 private:
  bool isSlotSet(const VerdictBits& bits, size_t slot) const {
    return testBit(bits.words + group_words_, slot);
  }
  bool load(Verdict* verdict);
  uint64_t* newWords(size_t count);
  uint64_t*& areaPlace(VerdictBits* bits, size_t area);
  uint64_t* areaFor(VerdictBits* bits, size_t area);
  void fillArea(size_t area, uint64_t* words) const;
  void learnArea(Verdict* verdict, const RuleGroup& group, const BitSet& hits);
  void dropIfEmpty(Verdict* verdict, const RuleGroup& group) const;
  void clearGroup(Verdict* verdict, const RuleGroup& group) const;
  // Before the verdict's words are added.
  void addAreasTo(Sum* sum, const Verdict& verdict);
  void growBuckets();

  static constexpr size_t kBuckets = 256;  // as many as an ordinary request needs

  const Program& program_;
  Arena* arena_;
  bool cache_;
  size_t group_words_;
  size_t words_;
  uint32_t phase_ = 0;
  std::array<Verdict*, kBuckets> first_buckets_{};
  Verdict** buckets_ = first_buckets_.data();  // a power of two of them; more in the arena
  size_t bucket_count_ = kBuckets;
  size_t in_buckets_ = 0;
  std::array<Sum*, kVariableCount> sums_{};  // in the arena, null until somebody asks
  std::pmr::vector<Verdict*> changed_;
  std::vector<VerdictTable::Area> stored_areas_;
};

}  // namespace waf
