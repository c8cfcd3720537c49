#include "waf/engine/plain_scan.h"

#include <algorithm>
#include <bit>
#include <set>
#include <string_view>

#include "waf/engine/program.h"
#include "waf/regex/match_alphabet.h"
#include "waf/scan/parallel.h"

namespace waf {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.";
// With fewer groups the other scans are as quick.
constexpr size_t kFewGroups = 8;
// Of a target that fewer than this part of the groups look at, what is found would most often be of
// groups that do not: the words of a header are a command's, too.
constexpr size_t kFewOfTarget = 4;

const ByteSet& plainSet() {
  static const ByteSet set = [] {
    ByteSet made;
    for (const char c : kPlain) made.set(static_cast<unsigned char>(c));
    return made;
  }();
  return set;
}

bool mayMatchPlain(const Operator::ScanPattern& pattern) {
  if (!pattern.literal) return mayMatchWithin(plainSet(), pattern.pattern, pattern.caseless);
  return std::all_of(pattern.pattern.begin(), pattern.pattern.end(),
                     [](char c) { return plainSet().test(static_cast<unsigned char>(c)); });
}

class PlainScans {
 public:
  explicit PlainScans(Program* program) : program_(*program) {}

  bool compile(const RuleSetOptions& options, const ScanProgress& progress) {
    std::vector<ScanGroupBuilder> builders(kPhases + 1);
    std::vector<std::vector<size_t>> group_of(kPhases + 1);  // by slot of the phase's plain scan
    for (size_t phase = 1; phase <= kPhases; ++phase) {
      choose(phase, options.paranoia_level.value_or(1));
      std::vector<const Rule*> rules;
      for (const Rule& rule : program_.rules) {
        if (rule.group >= 0 && testBit(plain(phase).groups, static_cast<size_t>(rule.group))) {
          rules.push_back(&rule);
        }
      }
      std::vector<std::vector<Operator::ScanPattern>> patterns(rules.size());
      const auto find = [&](size_t i) {
        patterns[i] = rules[i]->op->scanPatterns();
        std::erase_if(patterns[i], [](const auto& pattern) { return !mayMatchPlain(pattern); });
      };
      if (!runParallel(rules.size(), 0, find, {})) return false;
      for (size_t i = 0; i < rules.size(); ++i) {
        if (patterns[i].empty()) continue;
        builders[phase].add(std::move(patterns[i]));
        group_of[phase].push_back(static_cast<size_t>(rules[i]->group));
      }
    }
    ScanOptions scan;
    scan.use_hyperscan = options.use_hyperscan;
    scan.cache_dir = options.cache_dir;
    scan.cached_only = options.cached_databases_only;
    auto made = compileScanGroups(builders, scan, progress);
    if (made.size() != builders.size()) return false;
    for (size_t phase = 1; phase <= kPhases; ++phase) {
      PlainScan& out = plain(phase);
      out.provisional = made[phase]->isProvisional();
      // What could not be put into it is not what it stands for.
      made[phase]->alwaysReported().forEach([&](size_t slot) {
        const size_t group = group_of[phase][slot];
        out.groups[group / 64] &= ~(uint64_t{1} << (group % 64));
      });
      finish(phase);
      if (out.nodes.empty() || made[phase]->looksAtEach()) continue;
      out.scan = std::move(made[phase]);
      splitClasses(phase);
    }
    return true;
  }

 private:
  PlainScan& plain(size_t phase) { return program_.plans[phase].plain; }

  // The groups that a plain scan can stand for: all their patterns are scanned, that one of them is
  // found is the exception, and the site's paranoia level does not skip them.
  void choose(size_t phase, int paranoia_level) {
    const PhasePlan& plan = program_.plans[phase];
    plain(phase).groups.assign(program_.groupWords(), 0);
    std::vector<uint64_t> wide(program_.groupWords(), 0);  // groups that look at a whole collection
    for (const PlannedTarget& target : plan.targets) {
      if (variableInfo(target.variable).kind != VariableKind::Collection || !target.selectsAll()) {
        continue;
      }
      for (const auto& [index, bits] : target.groups) wide[index] |= bits;
    }
    for (size_t group = 0; group < program_.groups.size(); ++group) {
      if (plan.isPlanned(group) && testBit(wide, group) && canStandFor(group, paranoia_level)) {
        setBit(&plain(phase).groups, group);
      }
    }
  }

  bool canStandFor(size_t number, int paranoia_level) const {
    const RuleGroup& group = program_.groups[number];
    if (group.scan->alwaysReported().any() || group.scan->looksAtEach()) return false;
    const bool understood = std::all_of(group.forms.begin(), group.forms.end(), [&](uint16_t node) {
      return node == 0 || program_.forms.needs(node) != nullptr;
    });
    return understood &&
           std::none_of(program_.rules.begin(), program_.rules.end(), [&](const Rule& rule) {
             return rule.group == static_cast<int32_t>(number) &&
                    (rule.negated || rule.paranoia_level > paranoia_level);
           });
  }

  void finish(size_t phase) {
    PlainScan& out = plain(phase);
    std::set<uint16_t> nodes;
    size_t count = 0;
    out.learnt.assign(program_.verdictWords(), 0);
    for (size_t number = 0; number < program_.groups.size(); ++number) {
      if (!testBit(out.groups, number)) continue;
      const RuleGroup& group = program_.groups[number];
      ++count;
      nodes.insert(group.forms.begin(), group.forms.end());
      setBit(&out.learnt, number);
      const size_t slots = group.area < 0 ? group.scan->slots() : 1;
      for (size_t slot = 0; slot < slots; ++slot) {
        setBit(&out.learnt, program_.groupWords() * 64 + group.first_slot + slot);
      }
    }
    if (count < kFewGroups) return;
    out.nodes.assign(nodes.begin(), nodes.end());
    for (const uint16_t node : out.nodes) {
      if (node != 0) out.needs.add(*program_.forms.needs(node));
    }
    const std::vector<PlannedTarget>& targets = program_.plans[phase].targets;
    for (size_t i = 0; i < targets.size(); ++i) {
      size_t served = 0;
      for (const auto& [index, bits] : targets[i].groups) {
        served += static_cast<size_t>(std::popcount(bits & out.groups[index]));
      }
      if (served >= count / kFewOfTarget) out.targets.push_back(static_cast<uint32_t>(i));
    }
  }

  // Of a plain content, groups that the scan stands for need not be asked when others of their
  // class must be.
  void splitClasses(size_t phase) {
    PhasePlan& plan = program_.plans[phase];
    std::vector<ValueClass> split;
    for (const ValueClass& values : plan.classes) {
      for (const bool plain : {true, false}) {
        ValueClass part{values.targets,
                        values.target_bits,
                        {},
                        std::vector<uint64_t>(program_.groupWords(), 0)};
        for (const uint32_t group : values.groups) {
          if (testBit(plan.plain.groups, group) != plain) continue;
          part.groups.push_back(group);
          setBit(&part.group_bits, group);
        }
        if (!part.groups.empty()) split.push_back(std::move(part));
      }
    }
    plan.classes = std::move(split);
  }

  Program& program_;
};

}  // namespace

const ByteMask& PlainScan::bytes() {
  static constexpr ByteMask mask = ByteMask::of(kPlain);
  return mask;
}

bool compilePlainScans(Program* program, const RuleSetOptions& options,
                       const RuleSet::Progress& progress) {
  if (!program->keeps_verdicts) return true;
  ScanProgress report;
  if (progress) {
    report = [&](size_t done, size_t total) { return progress("patterns", done, total); };
  }
  return PlainScans(program).compile(options, report);
}

}  // namespace waf
