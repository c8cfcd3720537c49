#include "waf/engine/rule_groups.h"

#include <algorithm>
#include <atomic>
#include <map>

namespace waf {
namespace {

void appendSelector(const Selector& selector, std::string* key) {
  key->push_back(static_cast<char>('0' + static_cast<int>(selector.kind)));
  key->append(selector.name).push_back('\0');
}

// What two rules must have in common to share a scan. Rules above the site's paranoia level are
// skipped as a rule (skipAfter): they are kept apart, so that nobody pays for their patterns.
std::string groupKey(const Rule& rule, int paranoia_level) {
  std::string key = std::to_string(rule.phase);
  if (rule.paranoia_level > paranoia_level) key += "+";
  for (const uint16_t form : rule.multi_match ? rule.all_forms : std::vector{rule.form}) {
    key += " " + std::to_string(form);
  }
  for (const Target& target : rule.targets) {
    key += "|" + std::to_string(static_cast<int>(target.variable));
    appendSelector(target.selector, &key);
    for (const Exclusion& exclusion : target.exclusions) {
      key += "!" + std::to_string(static_cast<int>(exclusion.variable));
      appendSelector(exclusion.selector, &key);
    }
  }
  for (const auto& [prefix, uri] : rule.namespaces) key += "\n" + prefix + "=" + uri;
  return key;
}

bool hasStableTargets(const Rule& rule) {
  return std::all_of(rule.targets.begin(), rule.targets.end(),
                     [](const Target& target) { return isStable(target.variable); });
}

uint64_t nextSerial() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

bool mayJoin(const Rule& rule) {
  return !rule.unconditional && rule.op != nullptr && rule.op->isPure() &&
         !rule.argument_has_macro && !rule.targets.empty() &&
         std::none_of(rule.targets.begin(), rule.targets.end(),
                      [](const Target& target) { return target.count; });
}

}  // namespace

bool compileRuleGroups(Program* program, const RuleSetOptions& options,
                       const RuleSet::Progress& progress) {
  program->serial = nextSerial();
  program->keeps_verdicts = options.use_hyperscan;
  std::map<std::string, size_t> by_key;
  std::vector<ScanGroupBuilder> builders;
  for (Rule& rule : program->rules) {
    if (!mayJoin(rule)) continue;
    auto patterns = rule.op->scanPatterns();
    // Over TX, MATCHED_VAR and the like a rule is alone: its values are only right at that moment.
    const bool stable = hasStableTargets(rule);
    // Without patterns nothing can be scanned, but that the operator does not match can be kept.
    if (patterns.empty() && !(stable && program->keeps_verdicts)) continue;
    const std::string key = groupKey(rule, options.paranoia_level.value_or(1)) +
                            (stable ? std::string() : "#" + std::to_string(builders.size()));
    const auto [found, added] = by_key.emplace(key, builders.size());
    if (added) {
      builders.emplace_back();
      RuleGroup group;
      group.sample = &rule;
      group.stable = stable;
      group.forms = rule.multi_match ? rule.all_forms : std::vector{rule.form};
      program->groups.push_back(std::move(group));
    }
    rule.group = static_cast<int32_t>(found->second);
    rule.group_slot = static_cast<uint32_t>(builders[found->second].add(std::move(patterns)));
  }
  ScanOptions scan;
  scan.use_hyperscan = options.use_hyperscan;
  scan.cache_dir = options.cache_dir;
  scan.cached_only = options.cached_databases_only;
  ScanProgress report;
  if (progress) {
    report = [&](size_t done, size_t total) { return progress("patterns", done, total); };
  }
  auto groups = compileScanGroups(builders, scan, report);
  if (groups.size() != builders.size()) return false;
  for (size_t i = 0; i < groups.size(); ++i) {
    RuleGroup& group = program->groups[i];
    group.scan = std::move(groups[i]);
    group.first_slot = program->slots;
    if (program->keeps_verdicts && group.scan->slots() >= kLargeGroup) {
      group.area = static_cast<int32_t>(program->large_groups.size());
      group.always_apart = group.scan->alwaysReported().count() < kLargeGroup;
      program->large_groups.push_back(static_cast<uint32_t>(i));
    }
    program->slots += group.area < 0 ? group.scan->slots() : 1;
  }
  return true;
}

}  // namespace waf
