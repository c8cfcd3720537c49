// Which rules of a group can match: by what is known of the contents, and by a scan of those of
// which nothing is.
#include <algorithm>

#include "waf/engine/evaluator.h"

namespace waf {

// The values as the rules see them before ctl: and site exclusions: those are looked at when a hit
// is confirmed.
const BitSet& Evaluator::hitsOf(size_t group) {
  GroupHits& state = group_hits_[group];
  if (state.scanned) return state.hits;
  const RuleGroup& rules = program_.groups[group];
  state.scanned = rules.stable;
  if (rules.stable && program_.keeps_verdicts) {
    state.hits.clear(rules.scan->slots());
    findHits(group, &state.hits);
    return state.hits;
  }
  found_.clear();
  for (const Target& target : rules.sample->targets) {
    data_.collect(target, *rules.sample, &found_);
  }
  scanValues(rules, found_, &state.hits);
  return state.hits;
}

void Evaluator::scanValues(const RuleGroup& rules, std::span<const FoundValue> values,
                           BitSet* hits) {
  scan_values_.clear();
  for (const FoundValue& found : values) {
    for (const uint16_t node : rules.forms) {
      const std::string_view form =
          program_.forms.form(*found.value, node, &data_.arena(), &form_scratch_);
      const bool repeated = !scan_values_.empty() && scan_values_.back().data() == form.data() &&
                            scan_values_.back().size() == form.size();
      if (!repeated) scan_values_.push_back(form);
    }
  }
  rules.scan->scan(scan_values_, *hits);
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

// All in one scan; only when that finds something, in halves, to see which values it was.
void Evaluator::learnHits(size_t group, std::span<const FoundValue> values) {
  const RuleGroup& rules = program_.groups[group];
  scanValues(rules, values, &scan_hits_);
  if (values.size() == 1 || scan_hits_ == rules.scan->alwaysReported()) {
    for (const FoundValue& found : values) {
      verdicts_.learn(&verdicts_.of(*found.value), group, scan_hits_);
    }
    return;
  }
  learnHits(group, values.first(values.size() / 2));
  learnHits(group, values.subspan(values.size() / 2));
}

bool Evaluator::isKnownMiss(const Rule& link, const Value& value) const {
  return value.verdict != nullptr && link.group >= 0 && !link.negated &&
         program_.groups[static_cast<size_t>(link.group)].stable &&
         !verdicts_.mayMatch(*value.verdict, link);
}

void Evaluator::noteMiss(const Rule& link, const Value& value) {
  if (value.verdict == nullptr || link.group < 0) return;
  if (program_.groups[static_cast<size_t>(link.group)].stable) {
    verdicts_.clearSlot(value.verdict, link);
  }
}

}  // namespace waf
