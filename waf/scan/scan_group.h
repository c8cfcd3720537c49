#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "waf/operators/operator.h"
#include "waf/scan/bit_set.h"
#include "waf/scan/byte_gate.h"

namespace waf {

class LazyAutomaton;
class PatternDatabase;

struct ScanOptions {
  bool use_hyperscan = true;  // off, or a CPU without SSSE3: every slot is always evaluated
  std::string cache_dir;      // compiled databases and measurements by content hash; "" for none
  unsigned threads = 0;       // that compile; 0 for one per core
  // Compile nothing: databases that were made before are used, and the slots of the others are
  // always reported. What is left out can be compiled later.
  bool cached_only = false;
};

// The shared scan of the operators that look at the same values (one transformation chain, one
// exact set of rules): one pass over the values says which operators can match at all. Immutable;
// any number of threads scan at once.
//
// A slot stands for one operator. A slot that a scan leaves out certainly matches none of the
// values; a slot that it reports must be asked with
// Operator::evaluate() value by value.
class ScanGroup {
 public:
  ~ScanGroup();

  size_t slots() const { return always_.size(); }
  // Whether the operator's own patterns are looked for, by Hyperscan or by an automaton.
  bool isScanned(size_t slot) const { return !always_.test(slot) && !gated_.test(slot); }
  // The same, by Hyperscan.
  bool isInDatabase(size_t slot) const { return isScanned(slot) && !own_.test(slot); }
  // Whether a database was left out somewhere in the set that this group was compiled with
  // (ScanOptions::cached_only).
  bool isProvisional() const { return provisional_; }
  // Slots that every scan reports: nothing of theirs could be put into a database. The others are
  // scanned by their own patterns or by weaker ones (a gate); a scan that leaves them out is
  // certain in both cases.
  const BitSet& alwaysReported() const { return always_; }

  // `hits` is cleared to slots() first. Never fails: what cannot be scanned is reported.
  void scan(std::span<const std::string_view> values, BitSet& hits) const;

  // The same in two parts, for a caller that wants to know which value it was: what one look at all
  // values tells, and what is looked for in each (`hits` is added to, `value` in each of its
  // forms).
  void scanTogether(std::span<const std::string_view> values, BitSet& hits) const;
  // `joined` are the values, at least one, with a line feed between them. join() makes that in a
  // buffer of the thread's which the next call overwrites.
  static std::string_view join(std::span<const std::string_view> values);
  void scanJoined(std::string_view joined, std::span<const std::string_view> values,
                  BitSet& hits) const;
  bool looksAtEach() const { return !each_.empty(); }
  void scanEach(std::string_view value, BitSet& hits) const;

  // Whether values that hold only these bytes are certainly not reported but by alwaysReported(),
  // neither by scanTogether() nor by scanEach(). Costs nanoseconds: to be asked of a collection,
  // or of a value, before anything else is done with it. Never true when a value may be empty and
  // a slot matches that.
  bool rulesOut(const ByteMask& bytes, bool any_empty) const;
  // The same as one set: values without any of these bytes are ruled out, empty ones unless
  // passesEmpty(). It rules out less.
  ByteMask passing() const;
  bool passesEmpty() const;

  size_t databases() const;
  size_t databaseBytes() const;

 private:
  friend class ScanGroupCompiler;

  // A database and what its pattern numbers mean here: pattern i reports slots_[first[i]] …
  // slots_[first[i + 1] - 1].
  struct Part {
    std::shared_ptr<const PatternDatabase> database;  // null when there are no patterns
    ByteGate gate;
    std::vector<uint32_t> first;
    std::vector<uint32_t> slots;
    bool matches_any_empty = false;
    BitSet matches_empty;  // slots whose patterns may match the empty value
  };

  // A pattern that one byte decides, such as [\n\r]: quickly looked for in each value, while a line
  // feed between joined values would be a hit of it.
  struct ByteSlot {
    uint32_t slot = 0;
    bool any_value = false;  // the pattern matches all values, the empty one too
    ByteFinder finder;
    ByteMask bytes;
  };

  // Of what Hyperscan cannot take, one for each slot.
  struct Automaton {
    std::unique_ptr<const LazyAutomaton> states;
    uint32_t slot = 0;
    ByteGate gate;
  };

  ScanGroup() = default;
  void scanPart(const Part& part, std::string_view buffer, BitSet& hits) const;
  void runAutomata(std::string_view text, BitSet& hits) const;
  void scanPassing(std::span<const std::string_view> values, BitSet& hits) const;
  std::array<const Part*, 3> parts() const { return {&joined_, &passing_, &separate_}; }

  Part joined_;  // patterns that may look at all values in one buffer
  // The same, but such as would find something at the seams: they need a line feed, or another of
  // a few bytes, so that only the values that have one are joined.
  Part passing_;
  Part separate_;  // patterns that look at the ends of each value
  std::vector<Automaton> automata_;
  std::vector<ByteSlot> each_;
  BitSet always_;
  BitSet gated_;
  BitSet own_;  // slots of automata_ and each_
  bool provisional_ = false;
};

// Collects the operators of one group at load.
class ScanGroupBuilder {
 public:
  // The slot of the operator whose scanPatterns() these are; empty patterns make a slot that is
  // always reported.
  size_t add(std::vector<Operator::ScanPattern> patterns);
  size_t slots() const { return slots_.size(); }

 private:
  friend class ScanGroupCompiler;
  std::vector<std::vector<Operator::ScanPattern>> slots_;
};

// Called on the thread that called compileScanGroups with what is done of the present stage; false
// cancels.
using ScanProgress = std::function<bool(size_t done, size_t total)>;

// Compiles the groups, in parallel; slow (seconds), for load only. Chooses per pattern between
// Hyperscan, an automaton that is made as texts need it, and always asking the operator. The result
// has one group for each builder; it is empty when `progress` cancelled.
std::vector<std::shared_ptr<const ScanGroup>> compileScanGroups(
    const std::vector<ScanGroupBuilder>& builders, const ScanOptions& options,
    const ScanProgress& progress = {});

}  // namespace waf
