#include "waf/engine/evaluator.h"

#include <algorithm>

#include "waf/seclang/targets.h"
#include "waf/transformations/unicode_map_file.h"

namespace waf {
namespace {

// 200 is no refusal: as in ModSecurity v3 the standard status takes its place.
int refusalStatus(int status, int standard) { return status == 200 ? standard : status; }

// The manual: a status that is none of a redirection gives way to 302.
int redirectStatus(int status) { return status >= 300 && status <= 399 ? status : 302; }

struct StoreVerdicts {
  Verdicts* verdicts;
  ~StoreVerdicts() { verdicts->store(); }
};

}  // namespace

Evaluator::Evaluator(const Program& program, TransactionData* data, const Policy& policy,
                     TraceSink* trace)
    : program_(program),
      data_(*data),
      cap_(policy.mode),
      trace_(trace),
      candidates_(data->arena().resource()),
      known_hits_(data->arena().resource()),
      hit_areas_(program.large_groups.size(), data->arena().resource()),
      scan_values_(data->arena().resource()),
      verdicts_(program, &data->arena(), policy.verdict_cache),
      unknown_(data->arena().resource()),
      fresh_(data->arena().resource()),
      found_(data->arena().resource()),
      sanitised_(*data),
      time_budget_(policy.budget) {
  const Settings& settings = program.settings;
  settings_.engine = settings.engine;
  settings_.request_body = settings.request_body_access.value_or(true);
  settings_.response_body = settings.response_body_access;
  settings_.xml_arguments = settings.xml_arguments;
  settings_.request_body_limit = settings.request_body_limit;
  settings_.response_body_limit = settings.response_body_limit;
  found_.reserve(32);
  applyPolicy(policy);
}

void Evaluator::applyPolicy(const Policy& policy) {
  if (!policy.removed_rules.empty()) {
    removed_.assign(program_.bitWords(), 0);
    for (const auto& [first, last] : policy.removed_rules) {
      program_.markIds(first, last, &removed_);
    }
  }
  policy_removals_.reserve(policy.removed_targets.size());  // they stay where they are
  for (const auto& [id, text] : policy.removed_targets) {
    auto target = parseTarget(text);
    if (!target)
      continue;  // the configuration's validation reports it; no exclusion is the safe side
    auto exclusion = Exclusion::compile(*target);
    if (!exclusion) continue;
    OwnedRemoval removal{RuleBits(program_.bitWords()), std::move(*exclusion)};
    program_.markIds(id, id, &removal.rules);
    policy_removals_.push_back(std::move(removal));
    target_removals_.push_back({&policy_removals_.back().rules, &policy_removals_.back().target});
  }
}

EngineMode Evaluator::mode() const {
  return static_cast<int>(cap_) < static_cast<int>(settings_.engine) ? cap_ : settings_.engine;
}

std::optional<Interruption> Evaluator::run(int phase) {
  if (mode() == EngineMode::Off) return std::nullopt;
  const bool ended = interrupted_ || allowed_ || (request_allowed_ && phase <= 2);
  if (ended && phase != kPhases) return std::nullopt;
  const auto& rules = program_.phases[static_cast<size_t>(phase)];
  if (phase == 3) regex_budget_.renew();
  if (phase == 3 || phase == kPhases) time_budget_.renew();
  const RegexBudget::Scope budget(&regex_budget_);
  const TimeBudget::Scope time(&time_budget_);
  const CostProbe::Phase measured(probe_.get());
  verdicts_.renewSums();
  const PhasePlan& plan = program_.plans[static_cast<size_t>(phase)];
  rules_ = &rules;
  plan_ = &plan;
  chooseSteadyPath(phase);
  learnt_ahead_ = false;
  findCandidates(plan);
  const UnicodeMap::Scope unicode(program_.settings.unicode_map.get());
  const StoreVerdicts store_at_end{&verdicts_};
  for (size_t i = 0; !time_budget_.isSpent();) {
    const size_t next = nextCandidate(i, rules.size());
    forgetMatchedValues(rules, i, next);
    if (next == rules.size()) break;
    position_ = next;
    i = followSteadyPath(position_);
    if (i != position_) continue;
    const Rule& rule = *rules[i];
    const Comparison& comparison = plan.comparisons[i];
    if (isRemoved(rule)) {
      ++i;
      continue;
    }
    if (!holds(comparison, rule)) {
      data_.startMatchedValues();
      ++i;
      continue;
    }
    if (matchPlainly(comparison, rule)) {
      i = rule.skip_target != 0 ? rule.skip_target : i + 1;
      continue;
    }
    if (!mayMatch(rule) || !evaluateChain(rule)) {
      data_.startMatchedValues();
      ++i;
      continue;
    }
    i = rule.skip_target != 0 ? rule.skip_target : i + 1;
    const Flow flow = phase == kPhases ? Flow::GoOn : disrupt(rule);
    if (flow == Flow::Interrupted) return std::move(interruption_);
    if (flow == Flow::EndPhase || mode() == EngineMode::Off) break;
  }
  return std::nullopt;
}

// MATCHED_VARS is of the current operator check (the manual): none when that found nothing.
void Evaluator::forgetMatchedValues(const std::vector<const Rule*>& rules, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    if (!isRemoved(*rules[i])) return data_.startMatchedValues();
  }
}

bool Evaluator::isTargetRemoved(const Rule& rule) const {
  return std::any_of(
      target_removals_.begin(), target_removals_.end(),
      [&](const TargetRemoval& removal) { return testBit(*removal.rules, rule.index); });
}

bool Evaluator::isExcluded(const Rule& rule, const FoundValue& found) const {
  return std::any_of(target_removals_.begin(), target_removals_.end(),
                     [&](const TargetRemoval& removal) {
                       return testBit(*removal.rules, rule.index) &&
                              removal.target->applies(found.target->variable, *found.value);
                     });
}

bool Evaluator::evaluateChain(const Rule& starter) {
  CostProbe::Evaluation measured(probe_.get(), starter.index);
  pending_.reset();
  chain_labels_.clear();
  rule_records_ = 0;
  step_.link = 0;
  for (const Rule* link = &starter; link != nullptr; link = link->next_link) {
    if ((!link->is_starter && !mayMatch(*link)) || evaluateLink(*link) == 0) {
      traceChain(false);
      return false;
    }
    ++step_.link;
  }
  if (starter.in_chain) {
    for (const Rule* link = &starter; link != nullptr; link = link->next_link) {
      runActions(*link, Match{}, true);
    }
    traceChain(true);
    recordChain(starter);
  }
  if (starter.severity_level < 8) data_.noteSeverity(starter.severity_level);
  measured.matched();
  return true;
}

size_t Evaluator::evaluateLink(const Rule& link) {
  link_matches_ = 0;
  if (link.unconditional) {
    onMatch(link, Match{});
    return 1;
  }
  known_miss_ = link.negated && link.group >= 0 && !isHit(link);
  found_.clear();
  for (const Target& target : link.targets) data_.collect(target, link, &found_);
  if (found_.empty()) return 0;
  std::string_view argument;
  if (link.argument_has_macro) argument = link.argument.get(data_, &link, &argument_scratch_);
  size_t matched = 0;
  for (size_t i = 0; i < found_.size() && !time_budget_.isSpent(); ++i) {
    const FoundValue found = found_[i];
    if (isKnownMiss(link, *found.value)) continue;
    if (!target_removals_.empty() && isExcluded(link, found)) continue;
    time_budget_.work(found.value->text.size());
    matched += evaluateValue(link, found, argument);
  }
  return matched;
}

size_t Evaluator::evaluateValue(const Rule& link, const FoundValue& found,
                                std::string_view argument) {
  const auto formAt = [&](uint16_t node) {
    return program_.forms.form(*found.value, node, &data_.arena(), &form_scratch_);
  };
  if (!link.multi_match) {
    return matchForm(link, found, link.form, formAt(link.form), argument) ? 1 : 0;
  }
  // multiMatch: once for the value as it came and once after each step that changed it.
  size_t matched = 0;
  bool limit_exceeded = false;
  std::string_view before;
  for (size_t i = 0; i < link.all_forms.size(); ++i) {
    const std::string_view text = formAt(link.all_forms[i]);
    if (i > 0 && text.data() == before.data() && text.size() == before.size()) continue;
    before = text;
    if (matchForm(link, found, link.all_forms[i], text, argument)) ++matched;
    limit_exceeded = limit_exceeded || operator_match_.limit_exceeded;
  }
  if (matched == 0 && !link.negated && !limit_exceeded) noteMiss(link, *found.value);
  return matched;
}

bool Evaluator::matchForm(const Rule& link, const FoundValue& found, uint16_t form,
                          std::string_view text, std::string_view argument) {
  operator_match_.reset();
  const bool hit = !known_miss_ && link.op->evaluate(text, argument, operator_match_);
  if (operator_match_.limit_exceeded) flagLimit();
  if (hit == link.negated) {
    if (!link.multi_match && !operator_match_.limit_exceeded) noteMiss(link, *found.value);
    return false;
  }
  Match match;
  match.value = found.value;
  match.target = found.target;
  match.text = text;
  match.form = form;
  if (!link.negated) {
    match.offset = operator_match_.offset;
    match.length = operator_match_.length;
    if (link.capture) capture(operator_match_);
    if (link.sets_geo) lookUpGeo(link, text);
  }
  onMatch(link, match);
  return true;
}

void Evaluator::capture(const OperatorMatch& match) {
  // A match that captures leaves no group of an earlier one behind.
  for (size_t i = 0; i < match.captures.size(); ++i) {
    const int slot = static_cast<int>(i);
    if (i < match.capture_count) {
      data_.setTx(slot, match.captures[i]);
    } else if (data_.hasTx(slot)) {
      data_.unsetTx(slot);
    }
  }
}

void Evaluator::lookUpGeo(const Rule& link, std::string_view text) {
  GeoRecord record;
  if (!link.op->lookUpGeo(text, record)) return;
  const auto add = [&](std::string_view name, const std::string& field) {
    if (!field.empty()) data_.add(VariableId::Geo, name, field);
  };
  data_.clear(VariableId::Geo);
  add("COUNTRY_CODE", record.country_code);
  add("COUNTRY_CODE3", record.country_code3);
  add("COUNTRY_NAME", record.country_name);
  add("COUNTRY_CONTINENT", record.country_continent);
  add("REGION", record.region);
  add("CITY", record.city);
  add("POSTAL_CODE", record.postal_code);
  add("LATITUDE", record.latitude);
  add("LONGITUDE", record.longitude);
  add("DMA_CODE", record.dma_code);
}

std::string_view Evaluator::labelOf(const Match& match) {
  if (match.value == nullptr) return {};
  label_scratch_.clear();
  TransactionData::appendLabel(*match.target, match.value->name, &label_scratch_);
  return label_scratch_;
}

void Evaluator::onMatch(const Rule& link, const Match& match) {
  if (match.value != nullptr) {
    if (link_matches_ == 0) data_.startMatchedValues();
    data_.addMatchedValue(*match.target, match.value->name, match.text);
  }
  ++link_matches_;
  runActions(link, match, false);
  if (link.is_starter && link.log) record(link, match);
  if (!link.is_starter && match.value != nullptr && chain_labels_.size() < kMaxChainLabels) {
    chain_labels_.emplace_back(labelOf(match));
  }
  if (trace_ != nullptr) traceMatch(link, match);
}

void Evaluator::flagLimit() {
  limits_exceeded_ = true;
  data_.setTx(data_.txSlot("MSC_PCRE_LIMITS_EXCEEDED"), "1");
  data_.set(VariableId::MscPcreLimitsExceeded, "1");
}

std::optional<Interruption> Evaluator::interrupt(Interruption interruption) {
  if (mode() == EngineMode::Off || interrupted_) return std::nullopt;
  if (mode() == EngineMode::DetectionOnly) {
    would_interrupt_ = true;
    return std::nullopt;
  }
  interrupted_ = true;
  return interruption;
}

Evaluator::Flow Evaluator::disrupt(const Rule& starter) {
  const Disruptive& action = starter.disruptive;
  Interruption interruption;
  interruption.rule_id = starter.id;
  switch (action.kind) {
    case DisruptiveKind::None:
    case DisruptiveKind::Pass:
      return Flow::GoOn;
    case DisruptiveKind::Allow:
      allowed_ = true;
      return Flow::EndPhase;
    case DisruptiveKind::AllowRequest:
      request_allowed_ = true;
      return Flow::EndPhase;
    case DisruptiveKind::AllowPhase:
      return Flow::EndPhase;
    case DisruptiveKind::Deny:
      interruption.status = refusalStatus(statusOf(starter, 403), 403);
      break;
    case DisruptiveKind::Drop:
      interruption.status = refusalStatus(statusOf(starter, 403), 403);
      interruption.drop = true;
      break;
    case DisruptiveKind::Redirect:
      interruption.status = redirectStatus(statusOf(starter, 302));
      action.redirect.expand(data_, &starter, &interruption.redirect);
      break;
  }
  if (mode() != EngineMode::On) {
    would_interrupt_ = true;
    return Flow::GoOn;
  }
  starter.message.expand(data_, &starter, &interruption.message);
  interruption_ = interrupt(std::move(interruption));
  return interruption_ ? Flow::Interrupted : Flow::GoOn;
}

int Evaluator::statusOf(const Rule& starter, int standard) const {
  if (starter.disruptive.status != 0) return starter.disruptive.status;
  int status = standard;
  for (const Rule* link = starter.next_link; link != nullptr; link = link->next_link) {
    if (link->disruptive.status != 0) status = link->disruptive.status;
  }
  return status;
}

Decision Evaluator::decision() const {
  if (interrupted_) return Decision::Blocked;
  return would_interrupt_ ? Decision::Detected : Decision::Passed;
}

}  // namespace waf
