#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "waf/engine/program.h"
#include "waf/engine/rule_set.h"
#include "waf/seclang/ast.h"

namespace waf {

// Resolves a Document into a Program: chains linked, defaults merged, removals and updates applied,
// markers turned into positions, operators made. Used once, at load, on one thread.
class ProgramBuilder {
 public:
  ProgramBuilder(Document document, std::vector<Diagnostic>* diagnostics)
      : document_(std::move(document)), diagnostics_(diagnostics) {}

  // Null when there is an error among the diagnostics.
  std::unique_ptr<Program> build(const RuleSetOptions& options, const RuleSet::Progress& progress);

  RuleSetStatistics statistics() const { return statistics_; }
  std::vector<RuleSummary> summaries() { return std::move(summaries_); }
  bool cancelled() const { return cancelled_; }

 private:
  using Defaults = std::map<int, std::vector<ActionAst>>;

  // A SecRule with its chained links, the way it was written, and the defaults in force there.
  struct Chain {
    std::vector<RuleAst> links;
    int64_t id = 0;
    int phase = 2;
    std::string message;
    std::vector<std::string> tags;
    std::shared_ptr<const Defaults> defaults;
    bool removed = false;
    size_t element = 0;                   // of its starter, in the document's order
    const RemovalAst* removal = nullptr;  // what removed it
  };
  // What a phase's list is made of, before markers become positions.
  struct Element {
    int chain = -1;      // index into chains_, or
    std::string marker;  // the name of a marker
  };

  void error(const SourcePosition& at, std::string message);
  void warning(const SourcePosition& at, std::string message);

  void gather();
  void countScans();
  void addDefaults(const DefaultActionAst& defaults);
  void addRule(RuleAst&& rule, size_t element);
  void finishChain(Chain&& chain);
  bool readIdentity(Chain* chain);
  bool readPhase(Chain* chain);
  void dropOverriddenBase();
  void checkDuplicates();

  bool selects(const RuleSelector& selector, const Chain& chain, const SourcePosition& at);
  void applyRemovals();
  void applyUpdates();
  void applyTargetUpdate(const TargetUpdateAst& update, Chain* chain);
  void applyActionUpdate(const ActionUpdateAst& update, Chain* chain);

  void compileChain(Chain& chain);
  Rule* compileRule(const RuleAst& ast, const Chain& chain, bool starter);
  void compileTargets(const RuleAst& ast, Rule* rule);
  void compileOperator(const RuleAst& ast, Rule* rule);
  void summarise(const Chain& chain, const Rule& rule);
  void linkPhases();
  void resolveSkip(Rule* rule, size_t position, const std::vector<Element>& elements,
                   const std::vector<uint32_t>& next_rule);
  void resolveControls();
  void lintProgram();
  const std::shared_ptr<const Regex>& pattern(const std::string& text, const SourcePosition& at);

  Document document_;
  std::vector<Diagnostic>* diagnostics_;
  std::unique_ptr<Program> program_ = std::make_unique<Program>();
  std::vector<Chain> chains_;
  std::vector<Element> elements_;
  std::shared_ptr<const Defaults> defaults_ = std::make_shared<Defaults>();
  Chain open_;  // the chain that is being read
  bool chain_open_ = false;
  std::vector<Rule*> starters_;  // by chain, null when left out
  std::unordered_map<std::string, std::shared_ptr<const Regex>> patterns_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> files_;
  std::unordered_set<std::string> tags_;  // of all chains
  std::string confined_to_;
  RuleSetStatistics statistics_;
  std::vector<RuleSummary> summaries_;
  bool cancelled_ = false;
};

}  // namespace waf
