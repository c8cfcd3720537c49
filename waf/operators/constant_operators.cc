// @unconditionalMatch: every value matches (SecRule TX:x "@unconditionalMatch" …); @noMatch: none
// does.

#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

class ConstantOperator final : public Operator {
 public:
  explicit ConstantOperator(bool answer) : answer_(answer) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    if (answer_) match.length = value.size();
    return answer_;
  }

 private:
  bool answer_;
};

}  // namespace

OperatorResult makeUnconditionalMatch(const OperatorSpec& /*spec*/) {
  return makeOperator<ConstantOperator>(true);
}

OperatorResult makeNoMatch(const OperatorSpec& /*spec*/) {
  return makeOperator<ConstantOperator>(false);
}

}  // namespace waf
