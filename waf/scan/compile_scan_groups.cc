// From the operators' patterns to databases:
//
//   1. every different pattern is judged once: scan it or not; most are presumed good
//   2. an operator whose patterns are all good is scanned; one that has a single pattern which is
//   not
//      goes to the group's automaton, and when that does not understand it, a gate is derived and
//      judged; without one its slot is always reported
//      (before that, patterns that one byte decides are taken out: they need neither)
//   3. the patterns of a group's scanned slots, sorted and without duplicates, make one database
//   for joined values
//      and one for values alone; equal lists share one database, in this process and on disk
//   4. where a database does not compile or is slow, its presumed patterns are measured, and all is
//      done again with what that shows

#include <hs.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "waf/operators/gate_patterns.h"
#include "waf/regex/lazy_automaton.h"
#include "waf/regex/pattern_program.h"
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
      if (!judgeSlots(progress)) return {};
      takeByteSlots();
      makeAutomata();
      if (!useGates(progress)) return {};
      makeParts();
      if (!compile(progress)) return {};
    } while (!options_.cached_only && measureDoubtful());
    for (const auto& group : groups_) group->provisional_ = cache_.leftSomethingOut();
    cache_.saveVerdicts();
    return {groups_.begin(), groups_.end()};
  }

 private:
  struct Wanted {
    std::set<uint32_t> slots;
    const NeededBytes* needs = nullptr;
  };
  using Patterns = std::map<DatabasePattern, Wanted>;

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
      groups_.back()->own_.clear(slots.size());
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

  void takeByteSlots() {
    for (size_t g = 0; g < slots_.size(); ++g) {
      for (uint32_t slot = 0; slot < slots_[g].size(); ++slot) {
        SlotPatterns& patterns = slots_[g][slot];
        const auto bytes = patterns.size() == 1 ? decidingByte(patterns[0]) : std::nullopt;
        const bool any = patterns.size() == 1 && matchesAnyValue(patterns[0]);
        if (!any && !bytes) continue;
        const ByteSet deciding = bytes.value_or(ByteSet());
        groups_[g]->each_.push_back({.slot = slot,
                                     .any_value = any,
                                     .finder = ByteFinder(deciding),
                                     .bytes = ByteMask(deciding)});
        groups_[g]->always_.reset(slot);
        groups_[g]->own_.set(slot);
        if (patterns[0].gate) groups_[g]->gated_.set(slot);
        patterns.clear();
      }
    }
  }

  static bool matchesAnyValue(const Operator::ScanPattern& pattern) {
    constexpr std::string_view kSuch[] = {"^.*$", "^.*", ".*$", ".*", "^", "$"};
    return !pattern.literal && pattern.dot_all &&
           std::find(std::begin(kSuch), std::end(kSuch), pattern.pattern) != std::end(kSuch);
  }

  // The bytes of which one is all that the pattern looks for.
  static std::optional<ByteSet> decidingByte(const Operator::ScanPattern& pattern) {
    constexpr size_t kLongest = 256;
    if (pattern.literal || pattern.pattern.size() > kLongest) return std::nullopt;
    PatternProgram program;
    const auto exact = addPattern(pattern.pattern, pattern.caseless, &program);
    if (!exact || !*exact || !pattern.dot_all) return std::nullopt;
    const auto& first = program.instructions[program.starts[0]];
    if (first.kind != PatternProgram::Kind::Bytes ||
        program.instructions[first.next].kind != PatternProgram::Kind::Match) {
      return std::nullopt;
    }
    return program.sets[first.operand];
  }

  bool isUnscannable(const SlotPatterns& patterns) const {
    return patterns.size() == 1 && !patterns[0].literal && !isScannable(patterns);
  }

  void makeAutomata() {
    for (size_t g = 0; g < slots_.size(); ++g) {
      ScanGroup& group = *groups_[g];
      for (uint32_t slot = 0; slot < slots_[g].size(); ++slot) {
        SlotPatterns& patterns = slots_[g][slot];
        if (!isUnscannable(patterns) || !patterns[0].dot_all) continue;
        PatternProgram program;
        const auto exact = addPattern(patterns[0].pattern, patterns[0].caseless, &program);
        if (!exact) continue;
        group.automata_.push_back(
            {.states = std::make_unique<const LazyAutomaton>(std::move(program)),
             .slot = slot,
             .gate = ByteGate({neededBytes(patterns[0].pattern, patterns[0].caseless)})});
        group.always_.reset(slot);
        group.own_.set(slot);
        if (!*exact || patterns[0].gate) group.gated_.set(slot);
        patterns.clear();  // nothing for a database
      }
    }
  }

  // Gives the slots whose one pattern cannot be scanned the first of its gates that can.
  bool useGates(const ScanProgress& progress) {
    std::vector<std::pair<SlotPatterns*, std::vector<SlotPatterns>>> gates;
    for (auto& slots : slots_) {
      for (SlotPatterns& patterns : slots) {
        if (!isUnscannable(patterns)) continue;
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
      Patterns passing;
      Patterns separate;
      const auto& slots = slots_[g];
      for (uint32_t slot = 0; slot < slots.size(); ++slot) {
        if (!isScannable(slots[slot])) continue;
        groups_[g]->always_.reset(slot);
        for (const auto& pattern : slots[slot]) {
          if (pattern.gate) groups_[g]->gated_.set(slot);
          Patterns& part = !pattern.joinable ? separate : findsAtSeams(pattern) ? passing : joined;
          Wanted& wanted = part[toDatabasePattern(pattern)];
          wanted.slots.insert(slot);
          wanted.needs = &needsOf(pattern);
        }
      }
      makePart(*groups_[g], groups_[g]->joined_, joined);
      makePart(*groups_[g], groups_[g]->passing_, passing);
      makePart(*groups_[g], groups_[g]->separate_, separate);
    }
  }

  // "[\n;]\s*sort" after a value and before a name: what a line feed between values would make it
  // find is looked for again in each of them.
  bool findsAtSeams(const Operator::ScanPattern& pattern) {
    if (pattern.literal) return false;
    const NeededBytes& needs = needsOf(pattern);
    return !needs.empty() && needs.front().test('\n');
  }

  // Found once for all groups that look for the pattern.
  const NeededBytes& needsOf(const Operator::ScanPattern& pattern) {
    const auto [entry, added] = needs_.try_emplace(toDatabasePattern(pattern));
    if (added) {
      entry->second = pattern.literal ? neededBytesOfLiteral(pattern.pattern, pattern.caseless)
                                      : neededBytes(pattern.pattern, pattern.caseless);
    }
    return entry->second;
  }

  void makePart(ScanGroup& group, ScanGroup::Part& part, const Patterns& patterns) {
    if (patterns.empty()) return;
    part.matches_empty.clear(group.slots());
    std::vector<DatabasePattern> list;
    std::vector<NeededBytes> needs;
    for (const auto& [pattern, wanted] : patterns) {
      needs.push_back(*wanted.needs);
      list.push_back(pattern);
      part.first.push_back(static_cast<uint32_t>(part.slots.size()));
      const auto verdict = verdicts_.find(pattern);
      for (const uint32_t slot : wanted.slots) {
        part.slots.push_back(slot);
        if (verdict != verdicts_.end() && verdict->second.matches_empty) {
          part.matches_empty.set(slot);
          part.matches_any_empty = true;
        }
      }
    }
    part.first.push_back(static_cast<uint32_t>(part.slots.size()));
    part.gate = ByteGate(std::move(needs));
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
  std::map<DatabasePattern, NeededBytes> needs_;
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
