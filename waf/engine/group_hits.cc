// Which rules of a group can match: by what is known of the contents, and by a scan of those of
// which nothing is.
#include <algorithm>
#include <utility>

#include "waf/engine/evaluator.h"

namespace waf {

bool Evaluator::hasValues(const Rule& rule) const {
  return std::any_of(rule.targets.begin(), rule.targets.end(), [this](const Target& target) {
    if (target.count || variableInfo(target.variable).kind != VariableKind::Collection) return true;
    const auto parts = TransactionData::partsOf(target.variable);
    return std::any_of(parts.begin(), parts.end(),
                       [this](VariableId part) { return !data_.collection(part).empty(); });
  });
}

// The values as the rules see them before ctl: and site exclusions: those are looked at when a hit
// is confirmed.
const BitSet& Evaluator::hitsOf(size_t group) {
  const RuleGroup& rules = program_.groups[group];
  GroupHits& known = rules.stable ? group_hits_[group] : unstable_hits_;
  BitSet& hits = known.hits;
  if (rules.stable && std::exchange(known.scanned, true)) return hits;
  const CostProbe::Scan measured(probe_.get(), group);
  if (rules.stable && program_.keeps_verdicts) {
    hits.clear(rules.scan->slots());
    findHits(group, &hits);
    if (rules.area >= 0 && plan_->isPlanned(group)) leaveOut(rules, hits);
    return hits;
  }
  found_.clear();
  for (const Target& target : rules.sample->targets) {
    data_.collect(target, *rules.sample, &found_);
  }
  scanValues(rules, found_, &hits);
  for (const FoundValue& found : found_) scanEach(rules, found, &hits);
  return hits;
}

void Evaluator::scanValues(const RuleGroup& rules, std::span<const FoundValue> values,
                           BitSet* hits) {
  scan_values_.clear();
  for (const FoundValue& found : values) {
    for (const uint16_t node : rules.forms) {
      appendForm(program_.forms.form(*found.value, node, &data_.arena(), &form_scratch_));
    }
  }
  rules.scan->scanTogether(scan_values_, *hits);
  for (const std::string_view value : scan_values_) time_budget_.work(value.size());
}

void Evaluator::scanEach(const RuleGroup& rules, const FoundValue& found, BitSet* hits) {
  if (!rules.scan->looksAtEach()) return;
  for (const uint16_t node : rules.forms) {
    rules.scan->scanEach(program_.forms.form(*found.value, node, &data_.arena(), &form_scratch_),
                         *hits);
  }
}

// For what was met before, without looking at each value; the rest goes to found_. What the target
// leaves out is taken in: a hit of it is not confirmed. False when all values must be looked at.
bool Evaluator::sumHits(const Target& target, size_t group, BitSet* hits) {
  if (target.selector.kind != SelectorAst::Kind::All ||
      variableInfo(target.variable).kind != VariableKind::Collection) {
    return false;
  }
  fresh_.clear();
  for (const VariableId part : TransactionData::partsOf(target.variable)) {
    if (!verdicts_.addCollection(part, data_.collection(part), group, hits, &fresh_)) return false;
  }
  for (const Value* value : fresh_) found_.push_back({value, &target});
  return true;
}

void Evaluator::findHits(size_t group, BitSet* hits) {
  const RuleGroup& rules = program_.groups[group];
  found_.clear();
  for (const Target& target : rules.sample->targets) {
    if (!sumHits(target, group, hits)) data_.collect(target, *rules.sample, &found_);
  }
  unknown_.clear();
  ++scans_;
  for (const FoundValue& found : found_) {
    Verdict& verdict = verdicts_.of(*found.value);
    if (verdict.knows(group)) {
      verdicts_.addHits(verdict, group, hits);
    } else if (verdict.queued != scans_) {
      verdict.queued = scans_;
      unknown_.push_back(found);
    }
  }
  if (unknown_.empty()) return;
  learnHits(group, unknown_);
  for (const FoundValue& found : unknown_) {
    verdicts_.addHits(verdicts_.of(*found.value), group, hits);
  }
}

// All in one scan; only when that finds something, in halves, to see which values it was. A body
// that is most of the bytes is looked at alone, not with each half that it would be in.
void Evaluator::learnHits(size_t group, std::span<FoundValue> values) {
  const RuleGroup& rules = program_.groups[group];
  scanValues(rules, values, &scan_hits_);
  if (values.size() == 1 || scan_hits_ == rules.scan->alwaysReported()) {
    for (const FoundValue& found : values) {
      value_hits_ = scan_hits_;
      scanEach(rules, found, &value_hits_);
      verdicts_.learn(&verdicts_.of(*found.value), group, value_hits_);
    }
    return;
  }
  const auto size = [](const FoundValue& found) { return found.value->text.size(); };
  size_t all = 0;
  for (const FoundValue& found : values) all += size(found);
  const auto largest =
      std::max_element(values.begin(), values.end(),
                       [&](const FoundValue& a, const FoundValue& b) { return size(a) < size(b); });
  size_t half = values.size() / 2;
  if (size(*largest) > all / 2) {
    std::iter_swap(values.begin(), largest);
    half = 1;
  }
  learnHits(group, values.first(half));
  learnHits(group, values.subspan(half));
}

bool Evaluator::isKnownMiss(const Rule& link, const Value& value) const {
  return value.verdict != nullptr && link.verdict_slot >= 0 &&
         !verdicts_.mayMatch(*value.verdict, link);
}

void Evaluator::noteMiss(const Rule& link, const Value& value) {
  if (value.verdict == nullptr || link.verdict_slot < 0) return;
  verdicts_.clearSlot(value.verdict, link);
}

}  // namespace waf
