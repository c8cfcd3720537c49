#pragma once

#include <string>
#include <vector>

#include "waf/engine/program.h"
#include "waf/seclang/ast.h"

namespace waf {

// Turns the action lists of one rule (its phase's defaults, its own, its updates) into the fields
// of a Rule. Used at load, one per rule; errors are collected as messages without a position.
class ActionCompiler {
 public:
  ActionCompiler(Program* program, Rule* rule, std::vector<std::string>* errors,
                 std::vector<std::string>* warnings)
      : program_(program), rule_(rule), errors_(errors), warnings_(warnings) {}

  void compile(const std::vector<ActionAst>& defaults, const std::vector<ActionAst>& actions);

  // The disruptive action that the rule itself names, "" for none (a link of a chain usually does
  // not).
  const std::string& namedDisruptive() const { return named_disruptive_; }

 private:
  void applyDefault(const ActionAst& action);
  void apply(const ActionAst& action);
  bool applyWay(const ActionAst& action);
  bool applyMetaData(const ActionAst& action);
  bool applyLogging(const ActionAst& action, bool* log, bool* audit_log);
  void applyDisruptive(const ActionAst& action, Disruptive* out);
  void applyStatus(const ActionAst& action);
  void applyVariableAction(const ActionAst& action);
  void applySanitiseBytes(const std::string& value);
  void applyTransformation(const std::string& name);
  void applyNamespace(const std::string& value);
  void applySeverity(const std::string& value);
  void applySkip(const std::string& value);
  void addTag(const std::string& value);
  void finishForms();
  Macro macro(const std::string& action, const std::string& text);
  void error(std::string message) { errors_->push_back(std::move(message)); }

  Program* program_;
  Rule* rule_;
  std::vector<std::string>* errors_;
  std::vector<std::string>* warnings_;
  std::vector<const Transformation*> chain_;
  Disruptive default_;  // of SecDefaultAction: what `block` means
  std::string named_disruptive_;
};

// setvar, setenv, expirevar, initcol, setsid, setuid, setrsc.
Result<RuleAction> compileVariableAction(const ActionAst& action, TxNames* tx_names);

// ctl:NAME=VALUE; the rules it is about are found when all rules are known.
Result<Control> compileControl(const std::string& value);

}  // namespace waf
