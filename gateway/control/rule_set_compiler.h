#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "waf/engine/rule_set.h"

namespace gateway {

// Compiles the rule sets that serve without their databases (RuleSetStatistics::provisional), one
// after the other on one thread of the lowest priority.
// Owned by Gateway; every method from any thread.
class RuleSetCompiler {
 public:
  struct Job {
    std::string identity;  // ruleSetIdentity()
    waf::RuleSetOptions options;
  };
  // Called on a thread of the compiler's, of ordinary priority, with a set that is whole. Must not
  // wait for the compiler.
  using Ready = std::function<void(const std::string& identity,
                                   std::shared_ptr<const waf::RuleSet> rule_set)>;
  explicit RuleSetCompiler(Ready ready);
  // Cancels. A database that is being compiled cannot be stopped, and on a busy machine could take
  // minutes: such a thread is left behind (anyAbandoned), and never calls `ready` again.
  ~RuleSetCompiler();
  RuleSetCompiler(const RuleSetCompiler&) = delete;
  RuleSetCompiler& operator=(const RuleSetCompiler&) = delete;

  // What is in force now and not compiled. Others that were wanted before are given up.
  void want(std::vector<Job> jobs);

  // The process must then end by _exit: a thread of ours still uses what exit() takes down.
  static bool anyAbandoned();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace gateway
