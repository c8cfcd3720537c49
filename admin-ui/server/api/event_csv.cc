#include "admin-ui/server/api/event_csv.h"

#include <array>

#include "waf/base/text.h"

namespace admin {
namespace {

void appendField(std::string_view raw, std::string* out) {
  const std::string text = waf::toPrintableUtf8(raw);
  *out += '"';
  if (!text.empty() && std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos)
    *out += '\'';
  for (const char c : text) {
    if (c == '"') *out += '"';
    *out += c;
  }
  *out += '"';
}

size_t severityRank(std::string_view severity) {
  static constexpr std::array<std::string_view, 8> kOrder = {
      "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"};
  for (size_t i = 0; i < kOrder.size(); ++i) {
    if (kOrder[i] == severity) return i;
  }
  return kOrder.size();
}

const waf::MatchedRule* mostSevere(const waf::AuditEvent& event) {
  const waf::MatchedRule* best = nullptr;
  for (const waf::MatchedRule& rule : event.rules) {
    if (best == nullptr || severityRank(rule.severity) < severityRank(best->severity)) best = &rule;
  }
  return best;
}

}  // namespace

void appendEventCsv(const waf::AuditEvent& event, std::string* out) {
  const waf::MatchedRule* rule = mostSevere(event);
  std::string matched;
  if (rule != nullptr && rule->match_offset <= rule->value.size()) {
    matched = rule->value.substr(rule->match_offset, rule->match_length);
  }
  const std::array<std::string, 13> fields = {event.id,
                                              waf::formatRfc3339(event.time),
                                              event.site,
                                              std::string(waf::name(event.decision)),
                                              std::string(waf::name(event.reason)),
                                              event.client_ip,
                                              event.method,
                                              event.uri,
                                              std::to_string(event.status),
                                              rule != nullptr ? std::to_string(rule->id) : "",
                                              rule != nullptr ? rule->message : event.detail,
                                              matched,
                                              std::to_string(event.inbound_score)};
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) *out += ',';
    appendField(fields[i], out);
  }
  *out += "\r\n";
}

}  // namespace admin
