// @detectSQLi and @detectXSS: the value, put where an application would put it, is an injection.
//   SecRule ARGS "@detectSQLi" "id:1,phase:2,t:urlDecodeUni,capture,deny"
// TX.0 is the fingerprint (the kinds of the tokens) for SQL, and the value for XSS.

#include "waf/detect/detect_sqli.h"
#include "waf/detect/detect_xss.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

bool captureWhole(std::string_view value, std::string_view capture, OperatorMatch& match) {
  match.length = value.size();
  match.captures[0] = capture;
  match.capture_count = 1;
  return true;
}

class DetectSqliOperator final : public Operator {
 public:
  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    thread_local std::string fingerprint;
    fingerprint.clear();
    return detectSqli(value, &fingerprint) && captureWhole(value, fingerprint, match);
  }
};

class DetectXssOperator final : public Operator {
 public:
  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    return detectXss(value) && captureWhole(value, value, match);
  }

  // A tag, or an attribute with its value.
  std::vector<ScanPattern> scanPatterns() const override {
    return {ScanPattern{.pattern = "[<=]", .gate = true}};
  }
};

}  // namespace

OperatorResult makeDetectSqli(const OperatorSpec& /*spec*/) {
  return makeOperator<DetectSqliOperator>();
}

OperatorResult makeDetectXss(const OperatorSpec& /*spec*/) {
  return makeOperator<DetectXssOperator>();
}

}  // namespace waf
