// Numbers with check digits. The argument is a regular expression that finds candidates; the value
// matches when one of them, its digits only, passes the check. TX.0 is that candidate.
//
//   @verifyCC    payment card (ISO/IEC 7812-1, Luhn)
//   @verifyCPF   Brazilian tax number (two digits mod 11)
//   @verifySSN   US social security number (numbers that were never issued)
//   @verifySVNR  Austrian social insurance number (weighted sum mod 11)
//
// SecRule RESPONSE_BODY "@verifyCC \d{13,16}" "id:1,phase:4,deny"

#include <algorithm>
#include <array>

#include "waf/operators/operator_makers.h"
#include "waf/regex/regex.h"

namespace waf {
namespace {

// Candidates overlap (each search starts one byte after the last candidate's start), so the bytes
// that one evaluation looks at are bounded.
constexpr size_t kMaxExaminedBytes = 4 * 1024 * 1024;

// The decimal digits of a candidate, in order; more than fit are counted only.
struct Digits {
  std::array<int, 64> digit{};
  size_t count = 0;

  explicit Digits(std::string_view text) {
    for (const char c : text) {
      if (c < '0' || c > '9') continue;
      if (count < digit.size()) digit[count] = c - '0';
      ++count;
    }
  }

  bool allEqual() const {
    return std::all_of(digit.begin(), digit.begin() + static_cast<std::ptrdiff_t>(count),
                       [&](int d) { return d == digit[0]; });
  }
  // 0123…, 1234…
  bool ascending() const {
    for (size_t i = 1; i < count; ++i) {
      if (digit[i] != digit[i - 1] + 1) return false;
    }
    return true;
  }
};

bool isCardNumber(std::string_view text) {
  const Digits digits(text);
  if (digits.count == 0 || digits.count > digits.digit.size()) return false;
  int sum = 0;
  for (size_t i = 0; i < digits.count; ++i) {
    int d = digits.digit[digits.count - 1 - i];
    if (i % 2 == 1) d = d > 4 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return sum % 10 == 0;
}

bool isCpf(std::string_view text) {
  const Digits digits(text);
  if (digits.count != 11 || digits.allEqual()) return false;
  for (size_t check = 9; check <= 10; ++check) {
    int sum = 0;
    for (size_t i = 0; i < check; ++i) sum += digits.digit[i] * static_cast<int>(check + 1 - i);
    const int rest = sum % 11;
    if (digits.digit[check] != (rest < 2 ? 0 : 11 - rest)) return false;
  }
  return true;
}

// Area 000, 666 and from 740 on, group 00 and serial 0000 were never given out before numbers
// became random (2011).
bool isSsn(std::string_view text) {
  const Digits digits(text);
  if (digits.count != 9 || digits.allEqual() || digits.ascending()) return false;
  const auto number = [&](size_t first, size_t count) {
    int value = 0;
    for (size_t i = first; i < first + count; ++i) value = value * 10 + digits.digit[i];
    return value;
  };
  const int area = number(0, 3);
  return area != 0 && area != 666 && area < 740 && number(3, 2) != 0 && number(5, 4) != 0;
}

bool isSvnr(std::string_view text) {
  constexpr std::array<int, 10> kWeights = {3, 7, 9, 0, 5, 8, 4, 2, 1, 6};
  const Digits digits(text);
  if (digits.count != 10 || digits.allEqual() || digits.ascending()) return false;
  int sum = 0;
  for (size_t i = 0; i < 10; ++i) sum += kWeights[i] * digits.digit[i];
  return sum % 11 == digits.digit[3];
}

using Check = bool (*)(std::string_view candidate);

class VerifyOperator final : public Operator {
 public:
  VerifyOperator(Regex regex, Check check) : regex_(std::move(regex)), check_(check) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    size_t examined = 0;
    for (size_t offset = 0; offset <= value.size();) {
      RegexMatch found;
      const RegexStatus status = regex_.search(value, offset, &found);
      match.limit_exceeded = status == RegexStatus::LimitExceeded || examined > kMaxExaminedBytes;
      if (status != RegexStatus::Match || match.limit_exceeded) return false;
      const RegexMatch::Group whole = found.groups[0];
      const std::string_view candidate = value.substr(whole.offset, whole.length);
      if (check_(candidate)) {
        match.offset = whole.offset;
        match.length = whole.length;
        match.captures[0] = candidate;
        match.capture_count = 1;
        return true;
      }
      examined += whole.offset - offset + whole.length;
      offset = whole.offset + 1;
    }
    return false;
  }

 private:
  Regex regex_;
  Check check_;
};

OperatorResult make(const OperatorSpec& spec, Check check) {
  if (spec.has_macro) return operatorError(spec, "the pattern cannot hold a macro");
  if (spec.argument.empty()) {
    return operatorError(spec, "needs a regular expression that finds candidates");
  }
  auto regex = Regex::compile(spec.argument, {.match_limit = spec.environment.match_limit,
                                              .recursion_limit = spec.environment.recursion_limit});
  if (!regex) return operatorError(spec, regex.error().message);
  return makeOperator<VerifyOperator>(*std::move(regex), check);
}

}  // namespace

OperatorResult makeVerifyCc(const OperatorSpec& spec) { return make(spec, isCardNumber); }
OperatorResult makeVerifyCpf(const OperatorSpec& spec) { return make(spec, isCpf); }
OperatorResult makeVerifySsn(const OperatorSpec& spec) { return make(spec, isSsn); }
OperatorResult makeVerifySvnr(const OperatorSpec& spec) { return make(spec, isSvnr); }

}  // namespace waf
