#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "waf/engine/program.h"
#include "waf/engine/sanitised.h"
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

  RuntimeSettings& settings() { return settings_; }
  const RuntimeSettings& settings() const { return settings_; }
  // The smaller of the site's mode and what the set and ctl:ruleEngine say.
  EngineMode mode() const;

  // Reports an interruption that no rule decided (a limit); the same rules of mode apply.
  std::optional<Interruption> interrupt(Interruption interruption);

  Decision decision() const;
  bool logged() const { return !matches_.empty(); }
  bool limitsExceeded() const { return limits_exceeded_; }
  std::vector<MatchedRule> matches();
  // What sanitise… actions hide; complete after phase 5.
  Sanitised& sanitised() { return sanitised_; }

  static constexpr size_t kMaxMatches = 1024;
  static constexpr size_t kMaxMatchesPerRule = 16;
  static constexpr size_t kMaxChainLabels = 64;

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
  enum class Flow { GoOn, EndPhase, Interrupted };

  void applyPolicy(const Policy& policy);
  bool isRemoved(const Rule& rule) const {
    return !removed_.empty() && testBit(removed_, rule.index);
  }
  // False when the shared scan of the rule's group has shown that it cannot match.
  bool mayMatch(const Rule& rule) { return rule.group < 0 || rule.negated || isHit(rule); }
  bool isHit(const Rule& rule) {
    return hitsOf(static_cast<size_t>(rule.group)).test(rule.group_slot);
  }
  const BitSet& hitsOf(size_t group);
  void scanValues(const RuleGroup& rules, std::span<const FoundValue> values, BitSet* hits);
  bool sumHits(const Target& target, size_t group, BitSet* hits);
  void findHits(size_t group, BitSet* hits);
  void learnHits(size_t group, std::span<const FoundValue> values);
  bool isKnownMiss(const Rule& link, const Value& value) const;
  void noteMiss(const Rule& link, const Value& value);
  bool isExcluded(const Rule& rule, const FoundValue& found) const;

  bool evaluateChain(const Rule& starter);
  size_t evaluateLink(const Rule& link);
  size_t evaluateValue(const Rule& link, const FoundValue& found, std::string_view argument);
  bool matchForm(const Rule& link, const FoundValue& found, uint16_t form, std::string_view text,
                 std::string_view argument);
  void onMatch(const Rule& link, const Match& match);
  void capture(const OperatorMatch& match);
  std::string_view labelOf(const Match& match);
  void setGeo(const GeoRecord& record);
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
  std::deque<OwnedRemoval> policy_removals_;

  // What the scans of this transaction found, by group; each group is scanned when its first rule
  // is reached.
  struct GroupHits {
    bool scanned = false;
    BitSet hits;
  };
  std::vector<GroupHits> group_hits_;
  std::vector<std::string_view> scan_values_;
  Verdicts verdicts_;
  uint32_t scans_ = 0;
  std::vector<FoundValue> unknown_;
  std::vector<const Value*> fresh_;
  BitSet scan_hits_;

  // Reused from rule to rule.
  std::vector<FoundValue> found_;
  OperatorMatch operator_match_;
  std::string form_scratch_;
  std::string argument_scratch_;
  std::string value_scratch_;
  std::string name_scratch_;
  std::string label_scratch_;

  bool known_miss_ = false;  // the scan has shown that the operator of a negated rule finds nothing
  size_t link_matches_ = 0;
  std::optional<MatchedRule> pending_;     // of a chain's starter, its texts still to be expanded
  std::vector<std::string> chain_labels_;  // what the chain's further links matched
  size_t rule_records_ = 0;
  TraceStep step_;
  std::vector<TraceStep> chain_steps_;  // of a chain that is not decided yet

  std::vector<MatchedRule> matches_;
  Sanitised sanitised_;
  bool limits_exceeded_ = false;
  RegexBudget regex_budget_;
  bool interrupted_ = false;
  bool would_interrupt_ = false;
  bool allowed_ = false;          // allow: every phase but logging is over
  bool request_allowed_ = false;  // allow:request
  std::optional<Interruption> interruption_;
};

}  // namespace waf
