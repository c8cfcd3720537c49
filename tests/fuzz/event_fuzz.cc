// The record of a request: the target, header lines, a blank line, the body. Invariants: masking
// keeps every length, does nothing the second time and never shows a byte that was hidden; what was
// written as a line of JSON reads the same, byte for byte.
#include <cstdint>
#include <string>

#include "tests/fuzz/counting_sink.h"
#include "waf/base/text.h"
#include "waf/event/masking.h"

namespace {

std::string_view takeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return line;
}

waf::AuditEvent read(std::string_view text) {
  waf::AuditEvent event;
  event.id = "1";
  event.uri = takeLine(&text);
  for (std::string_view line = takeLine(&text); !line.empty(); line = takeLine(&text)) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    event.request_headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  event.body_excerpt = text;
  waf::MatchedRule rule;
  rule.id = 1;
  rule.variable = "ARGS:" + std::string(event.uri.substr(0, 20));
  rule.value = event.body_excerpt.substr(0, waf::kMaxLoggedValue);
  rule.match_length = rule.value.size() / 2;
  event.rules.push_back(std::move(rule));
  return event;
}

// Each byte is the one before or an asterisk.
void requireMasked(std::string_view shown, std::string_view text) {
  require(shown.size() == text.size());
  for (size_t i = 0; i < shown.size(); ++i) require(shown[i] == text[i] || shown[i] == '*');
}

void requireMasked(const waf::AuditEvent& shown, const waf::AuditEvent& event) {
  requireMasked(shown.uri, event.uri);
  requireMasked(shown.body_excerpt, event.body_excerpt);
  requireMasked(shown.rules[0].value, event.rules[0].value);
  require(shown.request_headers.size() == event.request_headers.size());
  for (size_t i = 0; i < event.request_headers.size(); ++i) {
    require(shown.request_headers[i].first == event.request_headers[i].first);
    requireMasked(shown.request_headers[i].second, event.request_headers[i].second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const waf::Masking masking;
  const waf::AuditEvent event = read(waf::viewOf(data, size));
  waf::AuditEvent shown = event;
  masking.apply(&shown);
  requireMasked(shown, event);
  waf::AuditEvent again = shown;
  masking.apply(&again);
  const std::string line = waf::toAuditJson(shown);
  require(waf::toAuditJson(again) == line);
  require(line.find('\n') == std::string::npos && waf::isValidUtf8(line));

  waf::AuditEvent read_back;
  require(waf::parseAuditJson(line, &read_back));
  require(read_back.uri == shown.uri && read_back.body_excerpt == shown.body_excerpt);
  require(read_back.request_headers == shown.request_headers);
  require(read_back.rules.size() == 1 && read_back.rules[0].value == shown.rules[0].value);
  require(read_back.rules[0].variable == shown.rules[0].variable);
  return 0;
}
