#pragma once

#include <cstdint>
#include <vector>

#include "waf/base/byte_mask.h"
#include "waf/engine/plain_scan.h"
#include "waf/operators/number.h"
#include "waf/seclang/variables.h"

namespace waf {

struct Program;
struct Rule;
struct Selector;
struct Target;
struct Value;

// A rule's first condition where it only compares a number: SecRule TX:DETECTION_PARANOIA_LEVEL
// "@lt 2", SecRule &TX:x "@eq 0". The rules of a set that steer it are of this kind (a fourth of
// the CRS), so they are decided without collecting values and without their operator.
struct Comparison {
  enum class Left : uint8_t {
    None,   // not such a rule
    Tx,     // the value of a TX variable
    HasTx,  // 1 when there is one, else 0
    Count,  // how many values a target has
  };
  Left left = Left::None;
  bool negated = false;
  // What follows when it holds is assignments, if any, the jump, and MATCHED_VAR: nothing is
  // logged, refused or chained.
  bool is_plain = false;
  int32_t slot = -1;        // of the TX variable
  int32_t right_slot = -1;  // the number is another TX variable's
  NumberOrder order = NumberOrder::Equal;
  const Target* target = nullptr;
  int64_t right = 0;
};

// The bits of a verdict that are of the groups that look at one target: those of the groups
// themselves, and those of their slots. Only the words that have any.
struct PlannedTarget {
  struct Word {
    uint32_t index;  // within a verdict
    uint64_t bits;
  };
  VariableId variable = VariableId::Args;
  const Selector* selector = nullptr;
  std::vector<Word> groups;
  std::vector<Word> slots;
  std::vector<uint32_t> areas;  // of the large groups

  bool selectsAll() const;
  bool selects(const Value& value) const;
  // Whether one of the groups in `set` is among its groups; and one that is not in `known`. Words
  // as those of a verdict.
  bool hasAny(const uint64_t* set) const;
  bool hasUnknown(const uint64_t* set, const uint64_t* known) const;
};

// What the bytes of contents alone tell: without any of these each is its only form, and the scan
// of a group, or of several, finds nothing in it. One set of bytes, so that groups are passed over
// without a look at each of their scans; those tell more.
struct ClassGate {
  bool is_shut = false;  // false: nothing is told
  bool passes_empty = false;
  ByteMask bytes;
  std::vector<PlannedTarget::Word> learnt;  // as Verdicts::learn takes it, of contents ruled out
};

// Groups that look at the same planned targets.
struct ValueClass {
  std::vector<uint32_t> targets;  // of the plan
  std::vector<uint64_t> target_bits;
  std::vector<uint32_t> groups;
  std::vector<uint64_t> group_bits;
  // By findGates().
  std::vector<ClassGate> gates;  // of the groups
  ClassGate gate;                // of all of them
  std::vector<uint32_t> asking;  // those whose operators are asked

  bool hasAny(const uint64_t* set) const;
  bool hasUnknown(const uint64_t* set, const uint64_t* known) const {
    const uint64_t* const bits = group_bits.data();
    uint64_t unknown = 0;
    for (size_t i = 0; i < group_bits.size(); ++i) unknown |= set[i] & bits[i] & ~known[i];
    return unknown != 0;
  }
};

// Rules that follow each other without a jump in between or into them.
struct Segment {
  uint32_t begin = 0;            // its first position
  std::vector<uint64_t> groups;  // of its rules
  // A rule that only compares a number may jump from its end: its position, and the segment where
  // it goes.
  uint32_t jump = UINT32_MAX;
  uint32_t jump_to = 0;
};

// Where a large group's rules are.
struct PlannedArea {
  std::vector<uint64_t> position_bits;  // of the rules whose bits are in the area
  std::vector<uint32_t> others;         // positions of the group's other rules
  // By the area's bit: the position of the chain's starter whose it is; PhasePlan::kNoPosition for
  // a link's.
  std::vector<uint32_t> position_of;
};

// How the evaluator gets from rule to rule that may match without a look at those in between.
// Positions are those of Program::phases. Made at load, then immutable.
struct PhasePlan {
  std::vector<Comparison> comparisons;  // by position
  // Positions that no scan rules out: rules outside of groups, and over values that may change.
  std::vector<uint64_t> always;
  // The groups whose values are all in `targets` (and in XML): one bit each. The positions of
  // other groups' rules are in `always`.
  std::vector<uint64_t> planned;
  std::vector<std::vector<uint32_t>> positions;  // of a planned group's rules, by group
  // Of those that every scan reports, and that may be asked ahead of their turn.
  std::vector<std::vector<uint32_t>> asked;
  std::vector<PlannedArea> areas;  // by number; empty for those of other phases' groups
  std::vector<PlannedTarget> targets;
  std::vector<ValueClass> classes;  // of the planned groups
  PlainScan plain;
  std::vector<Segment> segments;  // of all positions, in order
  std::vector<uint64_t> xml;      // the bits of the planned groups that also look at XML
  // By slot: the position of the chain's starter whose it is; kNoPosition for a link's.
  std::vector<uint32_t> position_of;

  static constexpr uint32_t kNoPosition = UINT32_MAX;

  bool isPlanned(size_t group) const { return (planned[group / 64] >> (group % 64) & 1) != 0; }
};

// Asks the selectors of TX about the names that the set mentions, gives rules whose operator is
// negated their quiet slot, and makes the phases' plans. After the groups are there.
void planPhases(Program* program);

// Makes the gates of the plans' classes, when these are there for good.
void findGates(Program* program);

}  // namespace waf
