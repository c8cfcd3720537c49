// Both detectors and what they are made of. Invariants: tokens are pieces of the value in its
// order, a verdict has a fingerprint, and NUL or white space behind a value changes no verdict of a
// script.
#include <cstdint>
#include <string>

#include "tests/fuzz/counting_sink.h"
#include "waf/detect/detect_sqli.h"
#include "waf/detect/detect_xss.h"
#include "waf/detect/html_scanner.h"
#include "waf/detect/sql_lexer.h"

namespace {

void readTokens(std::string_view value, char quote, waf::SqlDialect dialect) {
  waf::SqlLexer lexer(value, quote, dialect);
  waf::SqlToken token;
  size_t count = 0;
  const char* end = value.data();
  while (lexer.next(&token)) {
    require(++count <= value.size() + 1);
    if (token.text.empty()) continue;
    require(waf::liesWithin(token.text, value) && token.text.data() >= end);
    end = token.text.data() + token.text.size();
  }
}

class Walker final : public waf::HtmlVisitor {
 public:
  explicit Walker(std::string_view text) : text_(text) {}
  bool openTag(std::string_view name) override { return follow(name); }
  bool attribute(std::string_view name, std::string_view value) override {
    return follow(name) || follow(value);
  }
  bool comment(std::string_view text) override { return follow(text); }
  bool doctype() override { return false; }

 private:
  bool follow(std::string_view part) {
    require(waf::liesWithin(part, text_) && ++visits_ <= 2 * text_.size() + 2);
    return false;
  }
  std::string_view text_;
  size_t visits_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view value = waf::viewOf(data, size);
  for (const waf::SqlDialect dialect : {waf::SqlDialect::Ansi, waf::SqlDialect::MySql}) {
    for (const char quote : {'\0', '\'', '"'}) readTokens(value, quote, dialect);
  }
  std::string fingerprint;
  const bool sqli = waf::detectSqli(value, &fingerprint);
  require(fingerprint.size() <= 5 && sqli == !fingerprint.empty());
  require(sqli == waf::detectSqli(value, nullptr));

  for (const waf::HtmlContext context :
       {waf::HtmlContext::Text, waf::HtmlContext::AttributeName, waf::HtmlContext::SingleQuoted,
        waf::HtmlContext::DoubleQuoted, waf::HtmlContext::BackQuoted}) {
    Walker walker(value);
    require(!waf::scanHtml(value, context, walker));
  }
  require(waf::detectXss(value) == waf::detectXss(std::string(value)));
  return 0;
}
