#include "db/events/event_row.h"

#include <algorithm>

#include "db/sqlite/times.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace db {
namespace {

constexpr size_t kMaxPath = 1024;
constexpr size_t kMaxSearch = 8192;
constexpr size_t kMaxMessage = 256;
constexpr size_t kMaxMatched = 512;
constexpr size_t kMaxRules = 256;

std::string addressBytes(const std::string& text) {
  waf::IpAddress address;
  if (!waf::IpAddress::parse(text, &address)) return "";
  return std::string(address.bytes.begin(), address.bytes.end());
}

// syslog's order, as SecLang has it: the smaller the more severe.
size_t severityRank(std::string_view severity) {
  static constexpr std::string_view kNames[] = {"EMERGENCY", "ALERT",  "CRITICAL", "ERROR",
                                                "WARNING",   "NOTICE", "INFO",     "DEBUG"};
  return static_cast<size_t>(std::find(std::begin(kNames), std::end(kNames), severity) -
                             std::begin(kNames));
}

}  // namespace

std::string printable(std::string_view bytes, size_t limit) {
  std::string out = waf::toPrintableUtf8(bytes.substr(0, limit));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  // U+FFFD is longer than the byte it stands for; cut back to a character's first byte.
  if (out.size() > limit) {
    size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
    out.resize(end);
  }
  return out;
}

EventRow makeEventRow(uint64_t sequence, std::string_view line, waf::WallTime now) {
  EventRow row;
  row.sequence = static_cast<int64_t>(sequence);
  row.record = line;
  waf::AuditEvent event;
  if (!waf::parseAuditJson(line, &event)) {
    row.time_us = toMicroseconds(now);
    row.search = printable(line, kMaxSearch);
    return row;
  }
  row.id = printable(event.id, 64);
  row.time_us = toMicroseconds(event.time);
  row.site = printable(event.site, 128);
  row.decision = waf::name(event.decision);
  row.reason = waf::name(event.reason);
  row.client = addressBytes(event.client_ip);
  const std::string_view uri = event.uri;
  row.path = printable(uri.substr(0, uri.find('?')), kMaxPath);
  row.search = printable(uri, kMaxSearch / 2) + "\n" + printable(event.client_ip, 64) + "\n" +
               row.id + "\n" + printable(event.detail, kMaxMessage);
  for (const waf::MatchedRule& rule : event.rules) {
    if (row.rules.size() >= kMaxRules) break;
    const bool seen = std::any_of(row.rules.begin(), row.rules.end(),
                                  [&rule](const auto& other) { return other.first == rule.id; });
    if (seen) continue;
    row.rules.emplace_back(rule.id, printable(rule.message, kMaxMessage));
    if (row.search.size() + kMaxMessage < kMaxSearch) row.search += "\n" + row.rules.back().second;
  }
  return row;
}

EventSummary summarize(const waf::AuditEvent& event) {
  EventSummary out;
  out.id = event.id;
  out.time = event.time;
  out.site = event.site;
  out.decision = waf::name(event.decision);
  out.reason = waf::name(event.reason);
  out.client = event.client_ip;
  out.method = event.method;
  out.uri = event.uri;
  out.status = event.status;
  out.score = std::max(event.inbound_score, event.outbound_score);
  const auto worst =
      std::min_element(event.rules.begin(), event.rules.end(), [](const auto& a, const auto& b) {
        return severityRank(a.severity) < severityRank(b.severity);
      });
  if (worst == event.rules.end()) {
    out.rule_message = event.detail;
    return out;
  }
  out.rule_id = worst->id;
  out.rule_message = worst->message;
  std::string_view matched = worst->value;
  if (worst->match_length > 0 && worst->match_offset < matched.size()) {
    matched = matched.substr(worst->match_offset, worst->match_length);
  }
  out.matched = matched.substr(0, kMaxMatched);
  return out;
}

}  // namespace db
