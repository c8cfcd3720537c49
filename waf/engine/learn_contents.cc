// What the groups ahead find in the contents of a phase of which too little is known. Value by
// value and group by group, most of the time would go into finding each value, its form and its
// verdict again. So the contents go in blocks that stay in the processor's caches, all groups over
// each: a form is made once, a group looks at all its contents in one scan, and where that finds
// nothing, which is the rule, what is learnt is the same for all of them.
#include <algorithm>
#include <utility>

#include "waf/engine/content_block.h"
#include "waf/engine/evaluator.h"

namespace waf {

// A block and the groups that look at it. One a thread: a phase runs without a pause.
struct Evaluator::Learning {
  ContentBlock block;
  std::vector<uint64_t> ahead;   // a bit for each group that is asked in this phase
  std::vector<uint64_t> learnt;  // what holds of all contents looked at: see Verdicts::learn
  std::vector<uint32_t> places;
  bool done = false;   // something was learnt
  size_t changed = 0;  // so many of the first, in a plain scan, have forms besides themselves
  std::vector<Verdict*> verdicts;
};

void Evaluator::learnAhead() {
  thread_local Learning learning;
  learnt_ahead_ = true;
  findGroupsAhead(&learning.ahead);
  learning.done = false;
  learning.block.start(program_.forms, plan_->targets.size());
  ++scans_;
  for (size_t i = 0; i < plan_->targets.size(); ++i) {
    if (!plan_->targets[i].hasAny(learning.ahead.data())) continue;
    addUnknown(&learning, i);
    if (time_budget_.isSpent()) return;
  }
  if (!learning.block.empty()) learnBlock(&learning);
  if (!learning.done) return;
  verdicts_.renewSums();
  findCandidates(*plan_);
}

// The contents of a target of which one of its groups knows nothing yet.
void Evaluator::addUnknown(Learning* learning, size_t number) {
  const PlannedTarget& target = plan_->targets[number];
  const auto add = [&](const Value& value, bool keep) {
    // For a large one a look each is no loss.
    if (value.text.size() > Verdicts::kMaxKeptBytes) return;
    Verdict& verdict = verdicts_.of(value);
    if (!target.hasUnknown(learning->ahead.data(), verdict.words)) return;
    if (verdict.queued != scans_) {
      if (learning->block.isFull()) {
        learnBlock(learning);
        learning->block.clear();
        ++scans_;
      }
      verdict.queued = scans_;
      verdict.place = learning->block.add(&verdict, verdict.text);
      if (verdict.fresh && !keep) verdict.lasting = false;
      verdicts_.noteChange(&verdict);
    }
    learning->block.addTo(number, verdict.place);
  };
  if (variableInfo(target.variable).kind == VariableKind::Scalar) {
    const Value* value = data_.scalarIfSet(target.variable);
    if (value != nullptr) add(*value, true);
    return;
  }
  const auto& values = data_.collection(target.variable);
  const bool keep = values.size() < kManyValues;
  for (const Value& value : values) {
    if (!target.selects(value)) continue;
    add(value, keep);
    if (time_budget_.isSpent()) return;
  }
}

// Those that are asked in this phase, as far as can be seen from here: what a number skips that is
// known already, such as the paranoia level, is not; nor is what each of its contents knows.
void Evaluator::findGroupsAhead(std::vector<uint64_t>* groups) const {
  groups->assign(program_.groupWords(), 0);
  const std::vector<Segment>& segments = plan_->segments;
  const auto after = std::upper_bound(
      segments.begin(), segments.end(), position_,
      [](size_t position, const Segment& segment) { return position < segment.begin; });
  for (auto i = static_cast<size_t>(after - segments.begin()) - 1; i < segments.size();) {
    const Segment& segment = segments[i];
    for (size_t word = 0; word < groups->size(); ++word) (*groups)[word] |= segment.groups[word];
    const bool jumps = segment.jump != UINT32_MAX && !isRemoved(*(*rules_)[segment.jump]) &&
                       holds(plan_->comparisons[segment.jump], *(*rules_)[segment.jump]);
    i = jumps ? segment.jump_to : i + 1;
  }
  for (size_t word = 0; word < groups->size(); ++word) (*groups)[word] &= known_hits_[word];
  if (!removed_.empty()) leaveOutRemoved(groups);
}

// Groups none of whose rules is asked.
void Evaluator::leaveOutRemoved(std::vector<uint64_t>* groups) const {
  for (size_t group = 0; group < program_.groups.size(); ++group) {
    const auto& positions = plan_->positions[group];
    const bool all = std::all_of(positions.begin(), positions.end(), [&](uint32_t position) {
      return isRemoved(*(*rules_)[position]);
    });
    if (all) (*groups)[group / 64] &= ~(uint64_t{1} << (group % 64));
  }
}

void Evaluator::learnBlock(Learning* learning) {
  learning->done = true;
  learnPlain(learning);
  for (const ValueClass& values : plan_->classes) {
    learnClass(learning, values);
    if (time_budget_.isSpent()) return;
  }
}

// What is plain, and has nothing in it that any of the plain scan's groups looks for.
void Evaluator::learnPlain(Learning* learning) {
  const PlainScan& plain = plan_->plain;
  if (plain.scan == nullptr) return;
  ContentBlock& block = learning->block;
  std::vector<uint32_t>& places = learning->places;
  places.clear();
  PlaceSet seen;
  for (const uint32_t target : plain.targets) {
    const PlaceSet unseen = block.ofTarget(target).without(seen);
    seen.add(unseen);
    unseen.forEach([&](uint32_t place) {
      const Verdict& verdict = block.verdict(place);
      if (!plan_->targets[target].hasUnknown(plain.groups.data(), verdict.words)) return;
      const bool plain_text =
          verdict.text.size() <= PlainScan::kMostBytes && block.isWithin(PlainScan::bytes(), place);
      if (plain_text) places.push_back(place);
    });
  }
  if (places.empty()) return;
  // Those with several forms, first.
  const auto changed = std::partition(places.begin(), places.end(), [&](uint32_t place) {
    return block.hasAnyOf(plain.needs, place);
  });
  learning->changed = static_cast<size_t>(changed - places.begin());
  block.look(std::span(places).first(learning->changed));
  scanPlain(learning, 0, places.size());
}

void Evaluator::scanPlain(Learning* learning, size_t first, size_t count) {
  const PlainScan& plain = plan_->plain;
  ContentBlock& block = learning->block;
  std::vector<Verdict*>& verdicts = learning->verdicts;
  verdicts.clear();
  scan_values_.clear();
  for (size_t i = first; i < first + count; ++i) {
    const uint32_t place = learning->places[i];
    if (i >= learning->changed) {
      scan_values_.push_back(block.content(place));
    } else if (!block.formsWithin(PlainScan::bytes(), plain.nodes, place, &scan_values_)) {
      continue;
    }
    verdicts.push_back(&block.verdict(place));
  }
  if (verdicts.empty() || time_budget_.isSpent()) return;
  const std::string_view joined = ScanGroup::join(scan_values_);
  time_budget_.work(joined.size());
  plain.scan->scanJoined(joined, scan_values_, scan_hits_);
  if (scan_hits_ == plain.scan->alwaysReported()) return verdicts_.learn(verdicts, plain.learnt);
  if (count == 1) return;
  const size_t half = count / 2;
  scanPlain(learning, first, half);
  scanPlain(learning, first + half, count - half);
}

// All groups of a class look at the same contents.
void Evaluator::learnClass(Learning* learning, const ValueClass& values) {
  if (!learning->block.hasAnyOf(values.target_bits) || !values.hasAny(learning->ahead.data())) {
    return;
  }
  std::vector<uint32_t>& places = learning->places;
  std::vector<Verdict*>& verdicts = learning->verdicts;
  places.clear();
  verdicts.clear();
  PlaceSet all;
  for (const uint32_t target : values.targets) all.add(learning->block.ofTarget(target));
  all.forEach([&](uint32_t place) {
    Verdict& verdict = learning->block.verdict(place);
    if (!values.hasUnknown(learning->ahead.data(), verdict.words)) return;
    places.push_back(place);
    verdicts.push_back(&verdict);
  });
  if (places.empty()) return;
  learning->block.look(places);
  learning->learnt.assign(program_.verdictWords(), 0);
  if (!passByGate(learning, values.gate)) {
    for (size_t i = 0; i < values.groups.size(); ++i) {
      // What costs no scan is learnt of the groups of other levels, too.
      if (passByGate(learning, values.gates[i])) continue;
      const uint32_t group = values.groups[i];
      if (testBit(learning->ahead, group)) scanBlock(learning, group);
      if (time_budget_.isSpent()) return;
    }
  }
  for (const uint32_t group : values.asking) {
    if (testBit(learning->ahead, group)) askOperators(learning, group);
    if (time_budget_.isSpent()) return;
  }
  verdicts_.learn(verdicts, learning->learnt);
}

// True when the contents' bytes rule out what is behind the gate. Measured requests look at each
// scan.
bool Evaluator::passByGate(Learning* learning, const ClassGate& gate) const {
  if (!gate.is_shut || probe_ != nullptr) return false;
  if (!learning->block.lacks(gate.bytes, gate.passes_empty)) return false;
  for (const auto& [index, bits] : gate.learnt) learning->learnt[index] |= bits;
  return true;
}

void Evaluator::scanBlock(Learning* learning, size_t group) {
  const CostProbe::Scan measured(probe_.get(), group);
  const RuleGroup& rules = program_.groups[group];
  ContentBlock& block = learning->block;
  const auto& nodes = rules.forms;
  const bool ruled_out = std::all_of(nodes.begin(), nodes.end(), [&](uint16_t node) {
    return block.isRuledOut(*rules.scan, node);
  });
  const size_t count = block.places().size();
  if (ruled_out) return learnNothing(learning, group, count);
  if (nodes.size() == 1) {
    scan(rules, block.joined(nodes.front()), block.forms(nodes.front()));
  } else {
    scanRange(learning, group, 0, count);
  }
  if (scan_hits_ != rules.scan->alwaysReported()) return splitRange(learning, group, 0, count);
  if (rules.scan->looksAtEach()) return learnRange(learning, group, 0, count);
  learnNothing(learning, group, count);
}

// That none of the contents has more than what every scan reports.
void Evaluator::learnNothing(Learning* learning, size_t group, size_t count) {
  if (verdicts_.addLearnt(group, &learning->learnt)) return;
  scan_hits_ = program_.groups[group].scan->alwaysReported();
  for (size_t i = 0; i < count; ++i) {
    verdicts_.learn(&learning->block.verdict(learning->block.places()[i]), group, scan_hits_);
  }
}

// All but what is looked for in each; to scan_hits_.
void Evaluator::scan(const RuleGroup& rules, std::string_view joined,
                     std::span<const std::string_view> forms) {
  rules.scan->scanJoined(joined, forms, scan_hits_);
  time_budget_.work(joined.size());
}

// The same in `count` contents from `first` on.
void Evaluator::scanRange(Learning* learning, size_t group, size_t first, size_t count) {
  const RuleGroup& rules = program_.groups[group];
  std::span<const std::string_view> forms;
  if (rules.forms.size() == 1) {
    forms = learning->block.forms(rules.forms.front()).subspan(first, count);
  } else {
    scan_values_.clear();
    for (size_t i = first; i < first + count; ++i) {
      for (const uint16_t node : rules.forms) appendForm(learning->block.form(node, i));
    }
    forms = scan_values_;
  }
  scan(rules, ScanGroup::join(forms), forms);
}

// Of contents in which something is found: in halves, to see which they were.
void Evaluator::splitRange(Learning* learning, size_t group, size_t first, size_t count) {
  if (count == 1) return learnRange(learning, group, first, count);
  const size_t half = count / 2;
  for (const auto& [at, size] : {std::pair{first, half}, std::pair{first + half, count - half}}) {
    scanRange(learning, group, at, size);
    if (scan_hits_ == program_.groups[group].scan->alwaysReported()) {
      learnRange(learning, group, at, size);
    } else {
      splitRange(learning, group, at, size);
    }
  }
}

// What scan_hits_ says of `count` contents, and what is looked for in each of them.
void Evaluator::learnRange(Learning* learning, size_t group, size_t first, size_t count) {
  const RuleGroup& rules = program_.groups[group];
  ContentBlock& block = learning->block;
  for (size_t i = first; i < first + count; ++i) {
    value_hits_ = scan_hits_;
    if (rules.scan->looksAtEach()) {
      for (const uint16_t node : rules.forms)
        rules.scan->scanEach(block.form(node, i), value_hits_);
    }
    verdicts_.learn(&block.verdict(block.places()[i]), group, value_hits_);
  }
}

// An operator that no scan knows asks each content; here, while its forms are at hand. Not of a
// rule that leaves out some of its values, when asking may be slow: that may be why they are left
// out.
void Evaluator::askOperators(Learning* learning, size_t group) {
  for (const uint32_t position : plan_->asked[group]) {
    const Rule& rule = *(*rules_)[position];
    if (position < position_ || isRemoved(rule) || isTargetRemoved(rule)) continue;
    CostProbe::Asked measured(probe_.get(), rule.index);
    const std::span<const uint32_t> places = learning->block.places();
    size_t quiet = 0;  // contents before the first that may match
    while (quiet < places.size() && !mayMatch(learning, rule, quiet)) ++quiet;
    if (quiet == places.size()) {
      measured.ruledOut();
      if (verdicts_.addRuledOut(rule, &learning->learnt)) continue;
    }
    for (size_t i = 0; i < places.size(); ++i) {
      if (i < quiet || (i > quiet && !mayMatch(learning, rule, i))) {
        verdicts_.clearSlot(&learning->block.verdict(places[i]), rule);
      }
    }
  }
}

// What the operator says of a content, in each of its forms that the rule looks at.
bool Evaluator::mayMatch(Learning* learning, const Rule& rule, size_t number) {
  const uint32_t place = learning->block.places()[number];
  if (!verdicts_.mayMatch(learning->block.verdict(place), rule)) return false;
  scan_values_.clear();
  if (rule.multi_match) {
    for (const uint16_t node : rule.all_forms) appendForm(learning->block.form(node, number));
  } else {
    appendForm(learning->block.form(rule.form, number));
  }
  for (const std::string_view form : scan_values_) {
    if (time_budget_.isSpent()) return true;
    time_budget_.work(form.size());
    operator_match_.reset();
    const bool hit = rule.op->evaluate(form, {}, operator_match_);
    if (hit != rule.negated || operator_match_.limit_exceeded) return true;
  }
  return false;
}

}  // namespace waf
