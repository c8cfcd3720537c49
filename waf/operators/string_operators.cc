// Comparisons of bytes, case and all (a rule that does not care uses t:lowercase).
//
//   @streq X         the value is X                         REQUEST_METHOD "@streq POST"
//   @beginsWith X    the value starts with X                REQUEST_LINE "@beginsWith GET"
//   @endsWith X      the value ends with X                  REQUEST_BASENAME "@endsWith .php"
//   @contains X      X occurs in the value (@strmatch too)  REQUEST_URI "@contains /../"
//   @containsWord X  X occurs with no letter beside it      ARGS "@containsWord select"
//   @within X        the value occurs in X                  REQUEST_METHOD "!@within GET POST"
//
// An empty X is in everything; an empty value is within everything.

#include "waf/base/find_text.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

// Digits and "_" end a word, unlike \b of regular expressions: so ModSecurity v3 has it.
bool isWordByte(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool found(size_t offset, size_t length, OperatorMatch& match) {
  if (offset == std::string_view::npos) return false;
  match.offset = offset;
  match.length = length;
  return true;
}

bool streq(std::string_view value, std::string_view parameter, OperatorMatch& match) {
  return value == parameter && found(0, value.size(), match);
}

bool beginsWith(std::string_view value, std::string_view parameter, OperatorMatch& match) {
  return value.starts_with(parameter) && found(0, parameter.size(), match);
}

bool endsWith(std::string_view value, std::string_view parameter, OperatorMatch& match) {
  return value.ends_with(parameter) &&
         found(value.size() - parameter.size(), parameter.size(), match);
}

bool contains(std::string_view value, std::string_view parameter, OperatorMatch& match) {
  return found(value.find(parameter), parameter.size(), match);
}

bool containsWord(std::string_view value, std::string_view parameter, OperatorMatch& match) {
  if (parameter.empty()) return found(0, 0, match);
  for (size_t at = value.find(parameter); at != std::string_view::npos;
       at = value.find(parameter, at + 1)) {
    const size_t end = at + parameter.size();
    const bool starts = at == 0 || !isWordByte(value[at - 1]);
    const bool ends = end == value.size() || !isWordByte(value[end]);
    if (starts && ends) return found(at, parameter.size(), match);
  }
  return false;
}

bool within(std::string_view value, std::string_view parameter, OperatorMatch& match) {
  return occursIn(value, parameter) && found(0, value.size(), match);
}

using Compare = bool (*)(std::string_view value, std::string_view parameter, OperatorMatch& match);

class StringOperator final : public Operator {
 public:
  // `literal`: the parameter occurs in each value that matches.
  StringOperator(const OperatorSpec& spec, Compare compare, bool literal)
      : argument_(spec), compare_(compare), literal_(literal) {}

  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    return compare_(value, argument_.at(argument), match);
  }

  std::vector<ScanPattern> scanPatterns() const override {
    if (!literal_ || argument_.hasMacro() || argument_.fixed().empty()) return {};
    return {ScanPattern{.pattern = argument_.fixed(), .literal = true}};
  }

 private:
  OperatorArgument argument_;
  Compare compare_;
  bool literal_;
};

}  // namespace

OperatorResult makeStreq(const OperatorSpec& spec) {
  // Short ones are asked faster than scanned for; of long ones there may be thousands (indicators).
  constexpr size_t kWorthAScan = 8;
  return makeOperator<StringOperator>(spec, streq, spec.argument.size() >= kWorthAScan);
}

OperatorResult makeBeginsWith(const OperatorSpec& spec) {
  return makeOperator<StringOperator>(spec, beginsWith, false);
}

OperatorResult makeEndsWith(const OperatorSpec& spec) {
  return makeOperator<StringOperator>(spec, endsWith, false);
}

OperatorResult makeContains(const OperatorSpec& spec) {
  return makeOperator<StringOperator>(spec, contains, true);
}

OperatorResult makeContainsWord(const OperatorSpec& spec) {
  return makeOperator<StringOperator>(spec, containsWord, true);
}

OperatorResult makeWithin(const OperatorSpec& spec) {
  return makeOperator<StringOperator>(spec, within, false);
}

}  // namespace waf
