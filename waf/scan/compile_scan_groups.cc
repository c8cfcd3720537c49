// From the operators' patterns to databases:
//
//   1. every different pattern is judged once: scan it or not; most are presumed good
//   2. an operator whose patterns are all good is scanned; for one that has a single pattern which
//   is not, a gate is
//      derived and judged; without one its slot is always reported
//   3. the patterns of a group's scanned slots, sorted and without duplicates, make one database
//   for joined values
//      and one for values alone; equal lists share one database, in this process and on disk
//   4. where a database does not compile or is slow, its presumed patterns are measured, and all is
//      done again with what that shows

#include <hs.h>

#include <algorithm>
#include <map>
#include <set>

#include "waf/operators/gate_patterns.h"
#include "waf/scan/database_cache.h"
#include "waf/scan/parallel.h"
#include "waf/scan/pattern_database.h"
#include "waf/scan/pattern_judge.h"
#include "waf/scan/scan_group.h"

namespace waf {
namespace {

std::string escapeLiteral(std::string_view literal) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(literal.size() * 4);
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

DatabasePattern toDatabasePattern(const Operator::ScanPattern& pattern) {
  unsigned flags = HS_FLAG_SINGLEMATCH;
  if (pattern.caseless) flags |= HS_FLAG_CASELESS;
  if (pattern.literal) return {escapeLiteral(pattern.pattern), flags};
  flags |= HS_FLAG_MULTILINE | HS_FLAG_ALLOWEMPTY;
  if (pattern.dot_all) flags |= HS_FLAG_DOTALL;
  return {pattern.pattern, flags};
}

// Hyperscan takes C strings; an empty literal matches everything.
bool isExpressible(const Operator::ScanPattern& pattern) {
  return !pattern.pattern.empty() &&
         (pattern.literal || pattern.pattern.find('\0') == std::string::npos);
}

}  // namespace

class ScanGroupCompiler {
 public:
  ScanGroupCompiler(const std::vector<ScanGroupBuilder>& builders, const ScanOptions& options)
      : options_(options),
        cache_(options.cache_dir, options.cached_only ? DatabaseCache::Missing::LeaveOut
                                                      : DatabaseCache::Missing::Compile) {
    for (const ScanGroupBuilder& builder : builders) wanted_.push_back(builder.slots_);
  }

  std::vector<std::shared_ptr<const ScanGroup>> run(const ScanProgress& progress) {
    do {
      start();
      if (!options_.use_hyperscan || !PatternDatabase::isSupported()) break;
      if (!judgeSlots(progress) || !useGates(progress)) return {};
      makeParts();
      if (!compile(progress)) return {};
    } while (!options_.cached_only && measureDoubtful());
    for (const auto& group : groups_) group->provisional_ = cache_.leftSomethingOut();
    cache_.saveVerdicts();
    return {groups_.begin(), groups_.end()};
  }

 private:
  using Patterns = std::map<DatabasePattern, std::set<uint32_t>>;  // and the slots that want them

  struct Job {
    std::vector<DatabasePattern> patterns;
    std::vector<std::pair<ScanGroup*, ScanGroup::Part*>> users;
    std::shared_ptr<const PatternDatabase> database;
  };

  using SlotPatterns = std::vector<Operator::ScanPattern>;

  void start() {
    slots_ = wanted_;
    groups_.clear();
    job_of_.clear();
    jobs_.clear();
    for (const auto& slots : slots_) {
      groups_.push_back(std::shared_ptr<ScanGroup>(new ScanGroup));
      groups_.back()->gated_.clear(slots.size());
      groups_.back()->always_.clear(slots.size());
      groups_.back()->always_.setAll();
    }
  }

  // Measures the presumed patterns of databases that are not as they should be. True when one of
  // them is bad, so that the groups must be made anew.
  bool measureDoubtful() {
    std::set<DatabasePattern> doubtful;
    for (const Job& job : jobs_) {
      if (job.database != nullptr && !isSlow(*job.database)) {
        good_.push_back(job.database);
        continue;
      }
      for (const DatabasePattern& pattern : job.patterns) {
        const auto verdict = verdicts_.find(pattern);
        if (verdict != verdicts_.end() && verdict->second.presumed) doubtful.insert(pattern);
      }
    }
    const std::vector<DatabasePattern> list(doubtful.begin(), doubtful.end());
    std::vector<PatternVerdict> verdicts(list.size());
    runParallel(list.size(), options_.threads,
                [&](size_t i) { verdicts[i] = cache_.judge(list[i]); }, {});
    bool again = false;
    for (size_t i = 0; i < list.size(); ++i) {
      verdicts_[list[i]] = verdicts[i];
      again = again || !verdicts[i].scan;
    }
    return again;
  }

  bool judgeSlots(const ScanProgress& progress) {
    std::vector<const SlotPatterns*> all;
    for (const auto& slots : slots_) {
      for (const SlotPatterns& patterns : slots) all.push_back(&patterns);
    }
    return judge(all, progress);
  }

  // Judges the patterns that have no verdict yet.
  bool judge(const std::vector<const SlotPatterns*>& slots, const ScanProgress& progress) {
    std::set<DatabasePattern> distinct;
    for (const SlotPatterns* patterns : slots) {
      for (const auto& pattern : *patterns) {
        if (pattern.literal || !isExpressible(pattern)) continue;
        DatabasePattern wanted = toDatabasePattern(pattern);
        if (!verdicts_.contains(wanted)) distinct.insert(std::move(wanted));
      }
    }
    const std::vector<DatabasePattern> list(distinct.begin(), distinct.end());
    std::vector<PatternVerdict> verdicts(list.size());
    const bool finished = runParallel(
        list.size(), options_.threads, [&](size_t i) { verdicts[i] = cache_.presume(list[i]); },
        [&](size_t done) { return !progress || progress(done, list.size()); });
    for (size_t i = 0; i < list.size(); ++i) verdicts_.emplace(list[i], verdicts[i]);
    return finished;
  }

  // Gives the slots whose one pattern cannot be scanned the first of its gates that can.
  bool useGates(const ScanProgress& progress) {
    std::vector<std::pair<SlotPatterns*, std::vector<SlotPatterns>>> gates;
    for (auto& slots : slots_) {
      for (SlotPatterns& patterns : slots) {
        if (patterns.size() != 1 || patterns[0].literal || isScannable(patterns)) continue;
        gates.emplace_back(&patterns, gatePatterns(patterns[0].pattern));
      }
    }
    std::vector<const SlotPatterns*> candidates;
    for (const auto& [slot, found] : gates) {
      for (const SlotPatterns& gate : found) candidates.push_back(&gate);
    }
    if (!judge(candidates, progress)) return false;
    for (auto& [slot, found] : gates) {
      const auto good = std::find_if(found.begin(), found.end(), [this](const SlotPatterns& gate) {
        return isScannable(gate);
      });
      if (good != found.end()) *slot = std::move(*good);
    }
    return true;
  }

  bool isScannable(const std::vector<Operator::ScanPattern>& patterns) const {
    return !patterns.empty() &&
           std::all_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
             return isExpressible(pattern) &&
                    (pattern.literal || verdicts_.at(toDatabasePattern(pattern)).scan);
           });
  }

  void makeParts() {
    for (size_t g = 0; g < slots_.size(); ++g) {
      Patterns joined;
      Patterns separate;
      const auto& slots = slots_[g];
      for (uint32_t slot = 0; slot < slots.size(); ++slot) {
        if (!isScannable(slots[slot])) continue;
        groups_[g]->always_.reset(slot);
        for (const auto& pattern : slots[slot]) {
          if (pattern.gate) groups_[g]->gated_.set(slot);
          (pattern.joinable ? joined : separate)[toDatabasePattern(pattern)].insert(slot);
        }
      }
      makePart(*groups_[g], groups_[g]->joined_, joined);
      makePart(*groups_[g], groups_[g]->separate_, separate);
    }
  }

  void makePart(ScanGroup& group, ScanGroup::Part& part, const Patterns& patterns) {
    if (patterns.empty()) return;
    part.matches_empty.clear(group.slots());
    std::vector<DatabasePattern> list;
    for (const auto& [pattern, slots] : patterns) {
      list.push_back(pattern);
      part.first.push_back(static_cast<uint32_t>(part.slots.size()));
      const auto verdict = verdicts_.find(pattern);
      for (const uint32_t slot : slots) {
        part.slots.push_back(slot);
        if (verdict != verdicts_.end() && verdict->second.matches_empty) {
          part.matches_empty.set(slot);
        }
      }
    }
    part.first.push_back(static_cast<uint32_t>(part.slots.size()));
    const auto [job, is_new] = job_of_.emplace(list, jobs_.size());
    if (is_new) jobs_.push_back({.patterns = std::move(list)});
    jobs_[job->second].users.emplace_back(&group, &part);
  }

  bool compile(const ScanProgress& progress) {
    // The longest first, so that no thread is left with a long one at the end.
    std::sort(jobs_.begin(), jobs_.end(),
              [](const Job& a, const Job& b) { return a.patterns.size() > b.patterns.size(); });
    const bool finished = runParallel(
        jobs_.size(), options_.threads,
        [&](size_t i) { jobs_[i].database = cache_.database(jobs_[i].patterns); },
        [&](size_t done) { return !progress || progress(done, jobs_.size()); });
    for (Job& job : jobs_) {
      for (const auto& [group, part] : job.users) install(*group, *part, job.database);
    }
    return finished;
  }

  // What compiled pattern by pattern can still be too much together; its slots are then always
  // reported.
  static void install(ScanGroup& group, ScanGroup::Part& part,
                      const std::shared_ptr<const PatternDatabase>& database) {
    part.database = database;
    if (database != nullptr) return;
    for (const uint32_t slot : part.slots) group.always_.set(slot);
  }

  const ScanOptions& options_;
  DatabaseCache cache_;
  std::vector<std::vector<SlotPatterns>> wanted_;  // group, slot
  std::vector<std::vector<SlotPatterns>> slots_;   // the same with gates in place of some
  std::vector<std::shared_ptr<ScanGroup>> groups_;
  std::map<DatabasePattern, PatternVerdict> verdicts_;
  std::map<std::vector<DatabasePattern>, size_t> job_of_;
  std::vector<Job> jobs_;
  std::vector<std::shared_ptr<const PatternDatabase>> good_;  // found again when all is made anew
};

std::vector<std::shared_ptr<const ScanGroup>> compileScanGroups(
    const std::vector<ScanGroupBuilder>& builders, const ScanOptions& options,
    const ScanProgress& progress) {
  return ScanGroupCompiler(builders, options).run(progress);
}

}  // namespace waf
