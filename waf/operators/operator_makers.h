#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "waf/operators/operator.h"

namespace waf {

// What a rule wrote: "@name argument".
struct OperatorSpec {
  std::string_view name;  // as the table spells it
  std::string argument;
  bool has_macro = false;
  const OperatorEnvironment& environment;
};

using OperatorResult = Result<std::unique_ptr<Operator>>;
using OperatorMaker = OperatorResult (*)(const OperatorSpec& spec);

// An error whose message starts with the operator: "@ipMatch: …".
Unexpected operatorError(const OperatorSpec& spec, const std::string& message);

template <typename T, typename... Arguments>
OperatorResult makeOperator(Arguments&&... arguments) {
  return std::unique_ptr<Operator>(std::make_unique<T>(std::forward<Arguments>(arguments)...));
}

// The text that a parameter stands for at request time: the expanded one when the rule's holds a
// macro.
class OperatorArgument {
 public:
  explicit OperatorArgument(const OperatorSpec& spec)
      : fixed_(spec.argument), has_macro_(spec.has_macro) {}
  std::string_view at(std::string_view expanded) const { return has_macro_ ? expanded : fixed_; }
  bool hasMacro() const { return has_macro_; }
  const std::string& fixed() const { return fixed_; }

 private:
  std::string fixed_;
  bool has_macro_;
};

OperatorResult makeRx(const OperatorSpec& spec);
OperatorResult makeRxGlobal(const OperatorSpec& spec);

OperatorResult makePm(const OperatorSpec& spec);
OperatorResult makePmFromFile(const OperatorSpec& spec);

OperatorResult makeBeginsWith(const OperatorSpec& spec);
OperatorResult makeContains(const OperatorSpec& spec);
OperatorResult makeContainsWord(const OperatorSpec& spec);
OperatorResult makeEndsWith(const OperatorSpec& spec);
OperatorResult makeStreq(const OperatorSpec& spec);
OperatorResult makeWithin(const OperatorSpec& spec);

OperatorResult makeEq(const OperatorSpec& spec);
OperatorResult makeGe(const OperatorSpec& spec);
OperatorResult makeGt(const OperatorSpec& spec);
OperatorResult makeLe(const OperatorSpec& spec);
OperatorResult makeLt(const OperatorSpec& spec);

OperatorResult makeIpMatch(const OperatorSpec& spec);
OperatorResult makeIpMatchFromFile(const OperatorSpec& spec);

OperatorResult makeDetectSqli(const OperatorSpec& spec);
OperatorResult makeDetectXss(const OperatorSpec& spec);

OperatorResult makeValidateByteRange(const OperatorSpec& spec);
OperatorResult makeValidateUrlEncoding(const OperatorSpec& spec);
OperatorResult makeValidateUtf8Encoding(const OperatorSpec& spec);
OperatorResult makeValidateDtd(const OperatorSpec& spec);
OperatorResult makeValidateSchema(const OperatorSpec& spec);

OperatorResult makeVerifyCc(const OperatorSpec& spec);
OperatorResult makeVerifyCpf(const OperatorSpec& spec);
OperatorResult makeVerifySsn(const OperatorSpec& spec);
OperatorResult makeVerifySvnr(const OperatorSpec& spec);

OperatorResult makeRbl(const OperatorSpec& spec);

OperatorResult makeGeoLookup(const OperatorSpec& spec);

OperatorResult makeUnconditionalMatch(const OperatorSpec& spec);
OperatorResult makeNoMatch(const OperatorSpec& spec);

}  // namespace waf
