// Comparisons of numbers: @eq, @ge, @gt, @le, @lt.  SecRule &REQUEST_HEADERS:Host "@eq 0" …
//
// Both sides are read as ModSecurity reads them (C's atoi): spaces, a sign, digits, whatever
// follows is ignored, and no digits are 0. Past 64 bits the value saturates, so that a huge
// Content-Length stays greater than any limit.

#include <cstdint>
#include <limits>

#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

int64_t readNumber(std::string_view text) {
  size_t at = text.find_first_not_of(" \t\r\n\v\f");
  if (at == std::string_view::npos) return 0;
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

using CompareNumbers = bool (*)(int64_t value, int64_t parameter);

class NumericOperator final : public Operator {
 public:
  NumericOperator(const OperatorSpec& spec, CompareNumbers compare)
      : compare_(compare), has_macro_(spec.has_macro), fixed_(readNumber(spec.argument)) {}

  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    if (!compare_(readNumber(value), has_macro_ ? readNumber(argument) : fixed_)) return false;
    match.length = value.size();
    return true;
  }

 private:
  CompareNumbers compare_;
  bool has_macro_;
  int64_t fixed_;
};

OperatorResult make(const OperatorSpec& spec, CompareNumbers compare) {
  return makeOperator<NumericOperator>(spec, compare);
}

}  // namespace

OperatorResult makeEq(const OperatorSpec& spec) {
  return make(spec, [](int64_t value, int64_t parameter) { return value == parameter; });
}

OperatorResult makeGe(const OperatorSpec& spec) {
  return make(spec, [](int64_t value, int64_t parameter) { return value >= parameter; });
}

OperatorResult makeGt(const OperatorSpec& spec) {
  return make(spec, [](int64_t value, int64_t parameter) { return value > parameter; });
}

OperatorResult makeLe(const OperatorSpec& spec) {
  return make(spec, [](int64_t value, int64_t parameter) { return value <= parameter; });
}

OperatorResult makeLt(const OperatorSpec& spec) {
  return make(spec, [](int64_t value, int64_t parameter) { return value < parameter; });
}

}  // namespace waf
