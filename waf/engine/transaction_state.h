#pragma once

#include <memory>
#include <string>
#include <utility>

#include "waf/base/spare_strings.h"
#include "waf/engine/evaluator.h"
#include "waf/engine/transaction.h"
#include "waf/engine/transaction_data.h"

namespace waf {

// TX variables that say what no rule has seen (Transaction::noteUninspected).
inline constexpr std::string_view kArgumentsFlag = "MSC_ARGUMENTS_LIMIT_EXCEEDED";
inline constexpr std::string_view kCookiesFlag = "MSC_COOKIES_LIMIT_EXCEEDED";

inline std::string argumentsMessage(const Settings& settings) {
  return "the request has more than " + std::to_string(settings.arguments_limit) +
         " arguments (SecArgumentsLimit)";
}

struct Transaction::State {
  State(std::shared_ptr<const RuleSet> set, const Policy& policy, const Clock& clock,
        TraceSink* trace)
      : rule_set(std::move(set)),
        program(rule_set->program()),
        data(program, clock),
        evaluator(program, &data, policy, trace),
        decoded_bytes(policy.decoded_body_bytes),
        decoded_ratio(policy.decoded_body_ratio) {}
  ~State() {
    giveSpareString(std::move(request_body));
    giveSpareString(std::move(response_body));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static void* operator new(size_t size);
  static void operator delete(void* at);

  // What was cut short was not inspected; a rule's refusal stands by itself.
  void noteTime(const std::optional<Interruption>& interruption, int status) {
    const TimeBudget& time = evaluator.timeBudget();
    if (interruption || inspection_failure || !time.isSpent()) return;
    inspection_failure =
        InspectionFailure{status, "the inspection took more than " +
                                      std::to_string(time.limit().count() / 1'000'000) +
                                      " ms of the processor (waf.inspection_budget_ms)"};
  }

  bool off() const { return evaluator.mode() == EngineMode::Off; }

  std::shared_ptr<const RuleSet> rule_set;
  const Program& program;
  TransactionData data;
  Evaluator evaluator;

  size_t argument_bytes = 0;             // ARGS_COMBINED_SIZE so far
  std::string request_body;              // REQUEST_BODY looks into it
  bool request_body_cut = false;         // bytes past the limit were not kept
  bool request_limits_exceeded = false;  // before the response came
  std::string response_body;
  bool response_body_cut = false;

  uint64_t decoded_bytes;
  uint32_t decoded_ratio;
  std::string decoded_request_body;   // without its content coding, when it has one
  std::string decoded_response_body;  // likewise
  std::string request_text;           // REQUEST_BODY in UTF-8, when its charset is another
  std::string request_readings;       // REQUEST_BODY, when the body can be read in several ways
  std::optional<InspectionFailure> inspection_failure;
};

}  // namespace waf
