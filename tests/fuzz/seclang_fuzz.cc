// Rule files. Invariants: diagnostics are bounded, name a line that exists, and have a text; the
// ends of lines (LF or CRLF) and a byte order mark change nothing.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/counting_sink.h"
#include "waf/seclang/parser.h"

namespace {

struct Parsed {
  waf::Document document;
  std::vector<waf::Diagnostic> diagnostics;
};

Parsed parse(std::string_view text) {
  Parsed parsed;
  waf::Parser parser(&parsed.document, &parsed.diagnostics);
  parser.confine("/nonexistent");  // Include and data files lead nowhere
  parser.parseText(text, "fuzz.conf", "/nonexistent");
  return parsed;
}

void requireSame(const Parsed& a, const Parsed& b) {
  require(a.document.elements.size() == b.document.elements.size());
  require(a.diagnostics.size() == b.diagnostics.size());
  for (size_t i = 0; i < a.diagnostics.size(); ++i) {
    require(a.diagnostics[i].toString() == b.diagnostics[i].toString());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = waf::viewOf(data, size);
  const Parsed parsed = parse(text);
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  require(parsed.diagnostics.size() <= waf::Parser::kMaxDiagnostics + 1);
  require(parsed.document.elements.size() <= static_cast<size_t>(lines));
  for (const waf::Diagnostic& diagnostic : parsed.diagnostics) {
    require(diagnostic.line >= 0 && diagnostic.line <= lines && !diagnostic.message.empty());
  }
  if (text.find('\r') != std::string_view::npos) return 0;
  if (size % 2 == 0 && !text.starts_with("\xef\xbb\xbf")) {
    requireSame(parsed, parse("\xef\xbb\xbf" + std::string(text)));
    return 0;
  }
  std::string windows;
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  requireSame(parsed, parse(windows));
  return 0;
}
