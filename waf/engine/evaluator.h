#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "waf/engine/cost_probe.h"
#include "waf/engine/program.h"
#include "waf/engine/sanitised.h"
#include "waf/engine/time_budget.h"
#include "waf/engine/transaction.h"
#include "waf/engine/transaction_data.h"
#include "waf/engine/verdicts.h"
#include "waf/operators/geo_database.h"
#include "waf/regex/regex_budget.h"

namespace waf {

// What ctl: actions change for the rest of the transaction.
struct RuntimeSettings {
  EngineMode engine = EngineMode::Off;
  bool request_body = false;
  bool force_request_body = false;  // ctl:forceRequestBodyVariable
  XmlArguments xml_arguments = XmlArguments::Off;
  bool response_body = false;
  size_t request_body_limit = 0;
  size_t response_body_limit = 0;
  std::string_view body_processor;  // chosen by ctl:requestBodyProcessor
  AuditMode audit = AuditMode::Relevant;
  bool shows_headers = true;  // ctl:auditLogParts
  bool shows_body = true;
};

// Runs the rules of a phase over a transaction's data. Owned by a transaction, used by its thread.
// The reference evaluation: rule after rule, each over all of its values, with transformed forms
// kept; scan groups only spare rules that certainly do not match.
class Evaluator {
 public:
  Evaluator(const Program& program, TransactionData* data, const Policy& policy, TraceSink* trace);

  // The interruption that the gateway must carry out, at most one in a transaction's life.
  std::optional<Interruption> run(int phase);

  // The rules' costs go there from now on.
  void measure(RuleCosts* costs) { probe_ = std::make_unique<CostProbe>(costs); }
  // What a transaction's other work is charged to, too.
  TimeBudget& timeBudget() { return time_budget_; }

  RuntimeSettings& settings() { return settings_; }
  const RuntimeSettings& settings() const { return settings_; }
  // The smaller of the site's mode and what the set and ctl:ruleEngine say.
  EngineMode mode() const;

  // Reports an interruption that no rule decided (a limit); the same rules of mode apply.
  std::optional<Interruption> interrupt(Interruption interruption);

  Decision decision() const;
  bool logged() const { return logged_; }
  bool limitsExceeded() const { return limits_exceeded_; }
  // Once: they are the caller's then.
  std::vector<MatchedRule> takeMatches();
  // What sanitise… actions hide; complete after phase 5.
  Sanitised& sanitised() { return sanitised_; }

  static constexpr size_t kMaxMatches = 1024;
  static constexpr size_t kMaxMatchesPerRule = 16;
  static constexpr size_t kMaxChainLabels = 64;
  // What is learnt of a collection of so many values is not kept for other transactions: what they
  // have in common are not the thousands of values, which would drive everything else out.
  static constexpr size_t kManyValues = 512;

 private:
  // A match while its chain is not complete.
  struct Match {
    const Value* value = nullptr;  // null for SecAction
    const Target* target = nullptr;
    std::string_view text;  // the form that matched
    uint16_t form = 0;
    size_t offset = 0;
    size_t length = 0;
  };
  struct TargetRemoval {
    const RuleBits* rules;
    const Exclusion* target;
  };
  struct OwnedRemoval {
    RuleBits rules;
    Exclusion target;
  };
  friend class SteadyPathFinder;
  enum class Flow { GoOn, EndPhase, Interrupted };

  void applyPolicy(const Policy& policy);
  bool isRemoved(const Rule& rule) const {
    return !removed_.empty() && testBit(removed_, rule.index);
  }
  // False when the shared scan of the rule's group has shown that it cannot match.
  bool mayMatch(const Rule& rule) { return rule.group < 0 || rule.negated || isHit(rule); }
  bool isHit(const Rule& rule) {
    const auto group = static_cast<size_t>(rule.group);
    if (isUnknown(group)) {
      if (!learnt_ahead_ && plan_->isPlanned(group)) learnAhead();
      if (isUnknown(group)) return hasValues(rule) && hitsOf(group).test(rule.group_slot);
    }
    if (!testBit(known_hits_.data() + program_.groupWords(), rule.hit_slot)) return false;
    if (rule.area < 0) return true;
    const HitArea& area = hit_areas_[static_cast<size_t>(rule.area)];
    return !area.used || testBit(area.words, rule.group_slot);
  }
  // False only when there is certainly nothing that the rule could look at.
  bool hasValues(const Rule& rule) const;
  bool isUnknown(size_t group) const { return testBit(known_hits_.data(), group); }
  struct KnownCandidates;
  void findCandidates(const PhasePlan& plan);
  void markCandidates(const PhasePlan& plan);
  void addTarget(const PlannedTarget& target);
  void addContent(const PlannedTarget& target, const Value& value);
  void addKnown(const PlannedTarget& target, const VerdictBits& bits);
  void addUnknown(const PlannedTarget& target);
  void mark(uint32_t position) { candidates_[position / 64] |= uint64_t{1} << (position % 64); }
  void markAt(uint32_t position) {
    if (position != PhasePlan::kNoPosition) mark(position);
  }
  void markUnknown(const PhasePlan& plan, size_t group);
  void leaveOut(const RuleGroup& group, const BitSet& hits);
  size_t nextCandidate(size_t position, size_t end) const;
  bool holds(const Comparison& comparison, const Rule& rule) const;
  bool matchPlainly(const Comparison& comparison, const Rule& rule);
  void chooseSteadyPath(int phase);
  void leaveSteadyPath(const RuleBits& removed);
  size_t followSteadyPath(size_t position);
  size_t nextStop(size_t position) const;
  void showSteadyMatch(size_t first, size_t end);
  void forgetMatchedValues(const std::vector<const Rule*>& rules, size_t from, size_t to);
  const BitSet& hitsOf(size_t group);
  void scanValues(const RuleGroup& rules, std::span<const FoundValue> values, BitSet* hits);
  void scanEach(const RuleGroup& rules, const FoundValue& found, BitSet* hits);
  bool sumHits(const Target& target, size_t group, BitSet* hits);
  void findHits(size_t group, BitSet* hits);
  void learnHits(size_t group, std::span<FoundValue> values);
  struct Learning;
  void learnAhead();
  void addUnknown(Learning* learning, size_t target);
  void findGroupsAhead(std::vector<uint64_t>* groups) const;
  void leaveOutRemoved(std::vector<uint64_t>* groups) const;
  void learnBlock(Learning* learning);
  void learnPlain(Learning* learning);
  void scanPlain(Learning* learning, size_t first, size_t count);
  void learnClass(Learning* learning, const ValueClass& values);
  bool passByGate(Learning* learning, const ClassGate& gate) const;
  void scanBlock(Learning* learning, size_t group);
  void scan(const RuleGroup& rules, std::string_view joined,
            std::span<const std::string_view> forms);
  void learnRange(Learning* learning, size_t group, size_t first, size_t count);
  void scanRange(Learning* learning, size_t group, size_t first, size_t count);
  void learnNothing(Learning* learning, size_t group, size_t count);
  void splitRange(Learning* learning, size_t group, size_t first, size_t count);
  void askOperators(Learning* learning, size_t group);
  bool mayMatch(Learning* learning, const Rule& rule, size_t number);
  // To what is scanned; a step that changed nothing has the form of the step before.
  void appendForm(std::string_view form) {
    const bool repeated = !scan_values_.empty() && scan_values_.back().data() == form.data() &&
                          scan_values_.back().size() == form.size();
    if (!repeated) scan_values_.push_back(form);
  }
  bool isKnownMiss(const Rule& link, const Value& value) const;
  void noteMiss(const Rule& link, const Value& value);
  bool isExcluded(const Rule& rule, const FoundValue& found) const;
  // The site, or ctl: so far, leaves some of the rule's values out.
  bool isTargetRemoved(const Rule& rule) const;

  bool evaluateChain(const Rule& starter);
  size_t evaluateLink(const Rule& link);
  size_t evaluateValue(const Rule& link, const FoundValue& found, std::string_view argument);
  bool matchForm(const Rule& link, const FoundValue& found, uint16_t form, std::string_view text,
                 std::string_view argument);
  void onMatch(const Rule& link, const Match& match);
  void capture(const OperatorMatch& match);
  std::string_view labelOf(const Match& match);
  void lookUpGeo(const Rule& link, std::string_view text);
  void flagLimit();

  void runActions(const Rule& link, const Match& match, bool chain_complete);
  void deprecate(const Rule& link, const Assignment& assignment, std::string_view name);
  void assign(const Rule& link, const Assignment& assignment);
  void assignNumber(const Assignment& assignment, int slot, std::string_view name,
                    std::string_view operand);
  void control(const Control& control);
  Flow disrupt(const Rule& starter);
  int statusOf(const Rule& starter, int standard) const;

  void record(const Rule& starter, const Match& match);
  void recordChain(const Rule& starter);
  MatchedRule entryOf(const Rule& starter, const Match& match);
  void finishRecord(const Rule& starter, MatchedRule* entry);
  void traceMatch(const Rule& link, const Match& match);
  void traceChain(bool complete);
  void noteAssignment(VariableId collection, std::string_view name, std::string_view text,
                      std::string change = {});

  const Program& program_;
  TransactionData& data_;
  EngineMode cap_;
  TraceSink* trace_;
  RuntimeSettings settings_;

  RuleBits removed_;
  std::vector<TargetRemoval> target_removals_;
  std::vector<OwnedRemoval> policy_removals_;

  // Of the phase under way.
  const std::vector<const Rule*>* rules_ = nullptr;
  const PhasePlan* plan_ = nullptr;
  const SteadyPath* steady_path_ = nullptr;  // null when each rule must be looked at
  size_t position_ = 0;
  bool learnt_ahead_ = false;
  std::pmr::vector<uint64_t> candidates_;  // positions of the phase that must be visited
  // A bit for each group: what the thread knows of its contents does not suffice, it is scanned
  // when its first rule is reached. Then one for each slot of the other groups: it may match.
  std::pmr::vector<uint64_t> known_hits_;
  // For the large groups that are known and of which a rule may match, as their slot says.
  struct HitArea {
    uint64_t* words = nullptr;  // in the arena, once it was needed
    bool used = false;
  };
  std::pmr::vector<HitArea> hit_areas_;
  // What the scans of this transaction found, by group; each group is scanned when its first rule
  // is reached.
  struct GroupHits {
    bool scanned = false;
    BitSet hits;
  };
  std::map<size_t, GroupHits> group_hits_;  // of the few that are scanned by themselves
  GroupHits unstable_hits_;
  std::pmr::vector<std::string_view> scan_values_;
  Verdicts verdicts_;
  uint32_t scans_ = 0;
  std::pmr::vector<FoundValue> unknown_;
  std::pmr::vector<const Value*> fresh_;
  BitSet scan_hits_;
  BitSet value_hits_;

  // Reused from rule to rule.
  std::pmr::vector<FoundValue> found_;
  OperatorMatch operator_match_;
  std::string form_scratch_;
  std::string argument_scratch_;
  std::string value_scratch_;
  std::string name_scratch_;
  std::string label_scratch_;

  bool known_miss_ = false;  // the scan has shown that the operator of a negated rule finds nothing
  size_t link_matches_ = 0;
  std::optional<Match> pending_;  // of a chain's starter, recorded when the chain is complete
  Value pending_value_;
  std::vector<std::string> chain_labels_;  // what the chain's further links matched
  size_t rule_records_ = 0;
  TraceStep step_;
  std::vector<TraceStep> chain_steps_;  // of a chain that is not decided yet

  std::vector<MatchedRule> matches_;
  bool logged_ = false;  // there was one
  Sanitised sanitised_;
  bool limits_exceeded_ = false;
  RegexBudget regex_budget_;
  TimeBudget time_budget_;
  std::unique_ptr<CostProbe> probe_;  // of a sampled transaction
  bool interrupted_ = false;
  bool would_interrupt_ = false;
  bool allowed_ = false;          // allow: every phase but logging is over
  bool request_allowed_ = false;  // allow:request
  std::optional<Interruption> interruption_;
};

}  // namespace waf
