#include "db/events/event_row.h"

#include <algorithm>
#include <cstring>

#include "db/events/event_place.h"
#include "waf/base/hex.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"
#include "waf/event/event_names.h"

namespace db {
namespace {

constexpr size_t kMaxId = 64;
constexpr size_t kMaxSite = 128;
constexpr size_t kMaxMethod = 32;
constexpr size_t kMaxPath = 1024;
constexpr size_t kMaxSearch = 8192;
constexpr size_t kMaxHeaders = 2048;
constexpr size_t kMaxBody = 1024;
constexpr size_t kMaxMessage = 256;
constexpr size_t kMaxMatched = 512;
constexpr size_t kMaxRules = 256;

constexpr std::string_view kSeverities[] = {"EMERGENCY", "ALERT",  "CRITICAL", "ERROR",
                                            "WARNING",   "NOTICE", "INFO",     "DEBUG"};

void assignPrintable(std::string_view escaped, size_t limit, std::string* out) {
  out->clear();
  appendPrintable(escaped, limit, out);
}

// As a server reads it: %xx and + resolved. Broken escapes stay.
std::string decoded(std::string_view uri) {
  std::string out;
  for (size_t i = 0; i < uri.size(); ++i) {
    const bool escape = uri[i] == '%' && i + 2 < uri.size() && waf::hexDigit(uri[i + 1]) >= 0 &&
                        waf::hexDigit(uri[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(waf::hexDigit(uri[i + 1]) * 16 + waf::hexDigit(uri[i + 2]));
      i += 2;
    } else {
      out += uri[i] == '+' ? ' ' : uri[i];
    }
  }
  return out;
}

}  // namespace

int severityRank(std::string_view severity) {
  for (int i = 0; i < kNoSeverity; ++i) {
    if (kSeverities[i] == severity) return i;
  }
  return kNoSeverity;
}

std::string_view severityName(int rank) {
  return rank >= 0 && rank < kNoSeverity ? kSeverities[rank] : std::string_view();
}

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

int64_t ruleAt(std::string_view rules, size_t index) {
  int64_t id = 0;
  std::memcpy(&id, rules.data() + 8 * index, sizeof id);
  return id;
}

void EventRow::addRule(int64_t rule) {
  for (size_t i = 0; i < ruleCount(rules); ++i) {
    if (ruleAt(rules, i) == rule) return;
  }
  if (ruleCount(rules) < kMaxRules) rules.append(reinterpret_cast<const char*>(&rule), sizeof rule);
}

void makeEventRow(uint64_t sequence, std::string_view line, waf::WallTime now, RecordFields* fields,
                  EventRow* row) {
  row->sequence = static_cast<int64_t>(sequence);
  row->client.clear();
  row->rules.clear();
  row->severity = kNoSeverity;
  waf::WallTime time;
  waf::Decision decision = waf::Decision::Passed;
  waf::Reason reason = waf::Reason::None;
  row->is_record =
      scanRecord(line, fields) && !fields->id.empty() && waf::parseRfc3339(fields->time, &time) &&
      waf::parseDecision(fields->decision, &decision) && waf::parseReason(fields->reason, &reason);
  if (!row->is_record) {
    *fields = RecordFields();
    time = now;
  }
  row->place = placeOf(toMicroseconds(time), sequence);
  row->decision = static_cast<int>(decision);
  row->reason = static_cast<int>(reason);
  row->status = fields->status;
  row->score = std::max(fields->inbound_score, fields->outbound_score);
  assignPrintable(fields->id, kMaxId, &row->id);
  assignPrintable(fields->site, kMaxSite, &row->site);
  assignPrintable(fields->method, kMaxMethod, &row->method);
  assignPrintable(fields->country, 8, &row->country);
  assignPrintable(fields->uri.substr(0, fields->uri.find('?')), kMaxPath, &row->path);
  waf::IpAddress address;
  if (waf::IpAddress::parse(fields->client, &address)) {
    row->client.assign(address.bytes.begin(), address.bytes.end());
  }
  for (const RecordFields::Rule& rule : fields->rules) {
    row->addRule(rule.id);
    row->severity = std::min(row->severity, severityRank(rule.severity));
  }
}

void appendSearchText(const RecordFields& fields, std::string* out) {
  const size_t most = out->size() + kMaxSearch;
  const auto add = [&](std::string_view escaped, size_t limit) {
    if (escaped.empty() || out->size() >= most) return;
    appendPrintable(escaped, std::min(limit, most - out->size()), out);
    out->push_back('\n');
  };
  const size_t uri_at = out->size();
  add(fields.uri, kMaxSearch / 4);
  if (fields.uri.find_first_of("%+") != std::string_view::npos) {
    *out += printable(decoded(std::string_view(*out).substr(uri_at)), kMaxSearch / 4) + "\n";
  }
  for (const std::string_view text : {fields.client, fields.id, fields.site, fields.detail}) {
    add(text, kMaxMessage);
  }
  for (const RecordFields::Rule& rule : fields.rules) {
    add(rule.message, kMaxMessage);
    add(rule.variable, kMaxMessage);
    add(rule.value, kMaxMatched);
  }
  appendStrings(fields.headers, kMaxHeaders, out);
  add(fields.body_excerpt, kMaxBody);
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
