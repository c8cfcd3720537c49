#include "admin-ui/server/api/event_csv.h"

#include <array>

#include "db/events/event_row.h"
#include "waf/base/controls.h"
#include "waf/base/text.h"

namespace admin {
namespace {

// RFC 4180, 2: one record a line, since controls are shown as escapes; the exact bytes are in the
// JSON lines. What a spreadsheet would take for a formula stands behind an apostrophe, also behind
// blanks and in the wide forms of those signs (U+FF0B, U+FF0D, U+FF1D, U+FF20).
bool looksLikeFormula(std::string_view text) {
  text = waf::trim(text, " ");
  for (const std::string_view sign :
       {"=", "+", "-", "@", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\x9d", "\xef\xbc\xa0"}) {
    if (text.starts_with(sign)) return true;
  }
  // Tab and carriage return are skipped before a formula.
  return !text.empty() && static_cast<unsigned char>(text.front()) < 0x20;
}

void appendField(std::string_view raw, std::string* out) {
  const std::string text = waf::toPrintableUtf8(raw);
  *out += '"';
  if (looksLikeFormula(text)) *out += '\'';
  for (const char c : waf::withVisibleControls(text)) {
    if (c == '"') *out += '"';
    *out += c;
  }
  *out += '"';
}

const waf::MatchedRule* mostSevere(const waf::AuditEvent& event) {
  const waf::MatchedRule* best = nullptr;
  for (const waf::MatchedRule& rule : event.rules) {
    if (best == nullptr || db::severityRank(rule.severity) < db::severityRank(best->severity)) {
      best = &rule;
    }
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
