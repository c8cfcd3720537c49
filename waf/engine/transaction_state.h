#pragma once

#include <memory>
#include <string>

#include "waf/engine/evaluator.h"
#include "waf/engine/transaction.h"
#include "waf/engine/transaction_data.h"

namespace waf {

struct Transaction::State {
  State(std::shared_ptr<const RuleSet> set, const Policy& policy, const Clock& clock,
        TraceSink* trace)
      : rule_set(std::move(set)),
        program(rule_set->program()),
        data(program, clock),
        evaluator(program, &data, policy, trace) {}

  bool off() const { return evaluator.mode() == EngineMode::Off; }

  std::shared_ptr<const RuleSet> rule_set;
  const Program& program;
  TransactionData data;
  Evaluator evaluator;

  size_t argument_bytes = 0;      // ARGS_COMBINED_SIZE so far
  std::string request_body;       // REQUEST_BODY looks into it
  bool request_body_cut = false;  // bytes past the limit were not kept
  std::string response_body;
  bool response_body_cut = false;
};

}  // namespace waf
