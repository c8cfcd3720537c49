#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "waf/operators/operator.h"
#include "waf/scan/bit_set.h"

namespace waf {

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
  // Whether the operator's own patterns are in a Hyperscan database.
  bool isScanned(size_t slot) const { return !always_.test(slot) && !gated_.test(slot); }
  // Whether a database was left out somewhere in the set that this group was compiled with
  // (ScanOptions::cached_only).
  bool isProvisional() const { return provisional_; }
  // Slots that every scan reports: nothing of theirs could be put into a database. The others are
  // scanned by their own patterns or by weaker ones (a gate); a scan that leaves them out is
  // certain in both cases.
  const BitSet& alwaysReported() const { return always_; }

  // `hits` is cleared to slots() first. Never fails: what cannot be scanned is reported.
  void scan(std::span<const std::string_view> values, BitSet& hits) const;

  size_t databases() const;
  size_t databaseBytes() const;

 private:
  friend class ScanGroupCompiler;

  // A database and what its pattern numbers mean here: pattern i reports slots_[first[i]] …
  // slots_[first[i + 1] - 1].
  struct Part {
    std::shared_ptr<const PatternDatabase> database;  // null when there are no patterns
    std::vector<uint32_t> first;
    std::vector<uint32_t> slots;
    BitSet matches_empty;  // slots whose patterns may match the empty value
  };

  ScanGroup() = default;
  void scanPart(const Part& part, std::string_view buffer, BitSet& hits) const;

  Part joined_;    // patterns that may look at all values in one buffer
  Part separate_;  // patterns that look at the ends of each value
  BitSet always_;
  BitSet gated_;
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
// Hyperscan and always asking the operator. The result has one group for each builder; it is empty
// when `progress` cancelled.
std::vector<std::shared_ptr<const ScanGroup>> compileScanGroups(
    const std::vector<ScanGroupBuilder>& builders, const ScanOptions& options,
    const ScanProgress& progress = {});

}  // namespace waf
