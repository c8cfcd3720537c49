// Comparisons of numbers: @eq, @ge, @gt, @le, @lt.  SecRule &REQUEST_HEADERS:Host "@eq 0" …
//
// Both sides are read as readNumber() says.
#include <cstdint>
#include <limits>

#include "waf/base/text.h"
#include "waf/operators/number.h"
#include "waf/operators/operator_makers.h"

namespace waf {

int64_t readNumber(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) ++at;
  if (at == text.size()) return 0;
  const bool negative = text[at] == '-';
  if (text[at] == '-' || text[at] == '+') ++at;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  int64_t number = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    const int digit = text[at] - '0';
    if (number > (kMax - digit) / 10) return negative ? -kMax : kMax;
    number = number * 10 + digit;
  }
  return negative ? -number : number;
}

bool findNumberOrder(std::string_view name, NumberOrder* out) {
  constexpr std::pair<std::string_view, NumberOrder> kOrders[] = {
      {"eq", NumberOrder::Equal},   {"ge", NumberOrder::GreaterOrEqual},
      {"gt", NumberOrder::Greater}, {"le", NumberOrder::LessOrEqual},
      {"lt", NumberOrder::Less},
  };
  for (const auto& [known, order] : kOrders) {
    if (!equalsIgnoreCase(known, name)) continue;
    *out = order;
    return true;
  }
  return false;
}

namespace {

class NumericOperator final : public Operator {
 public:
  NumericOperator(const OperatorSpec& spec, NumberOrder order)
      : order_(order), has_macro_(spec.has_macro), fixed_(readNumber(spec.argument)) {}

  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    const int64_t right = has_macro_ ? readNumber(argument) : fixed_;
    if (!compareNumbers(order_, readNumber(value), right)) return false;
    match.length = value.size();
    return true;
  }

 private:
  NumberOrder order_;
  bool has_macro_;
  int64_t fixed_;
};

OperatorResult make(const OperatorSpec& spec, NumberOrder order) {
  return makeOperator<NumericOperator>(spec, order);
}

}  // namespace

OperatorResult makeEq(const OperatorSpec& spec) { return make(spec, NumberOrder::Equal); }

OperatorResult makeGe(const OperatorSpec& spec) { return make(spec, NumberOrder::GreaterOrEqual); }

OperatorResult makeGt(const OperatorSpec& spec) { return make(spec, NumberOrder::Greater); }

OperatorResult makeLe(const OperatorSpec& spec) { return make(spec, NumberOrder::LessOrEqual); }

OperatorResult makeLt(const OperatorSpec& spec) { return make(spec, NumberOrder::Less); }

}  // namespace waf
