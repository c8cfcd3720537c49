#include "gateway/outputs/event_format.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "db/events/event_row.h"
#include "db/events/record_scanner.h"
#include "waf/base/clock.h"
#include "waf/base/controls.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

using db::RecordFields;
using db::severityRank;

constexpr size_t kMaxField = 1024;
constexpr int kLocal0 = 16;

// On one line, without blanks at its ends.
std::string shown(std::string_view escaped, size_t limit = kMaxField) {
  std::string raw;
  db::appendPrintable(escaped, limit, &raw);
  std::string out;
  for (size_t i = 0; i < raw.size();) {
    const size_t separator = waf::controlAt(std::string_view(raw).substr(i));
    out += separator > 0 ? ' ' : raw[i];
    i += std::max<size_t>(separator, 1);
  }
  return std::string(waf::trim(out, " "));
}

// The record with such characters as \uXXXX: within JSON they stand in strings alone.
std::string onOneLine(std::string_view record) {
  // The last member, where there is one: of use to this installation alone.
  const size_t sealed = record.rfind(",\"sealed\":\"");
  std::string without;
  if (sealed != std::string_view::npos && record.find('"', sealed + 11) == record.size() - 2) {
    without = std::string(record.substr(0, sealed)) + "}";
    record = without;
  }
  std::string out;
  out.reserve(record.size());
  while (!record.empty()) {
    const size_t size = waf::controlAt(record);
    if (size < 2) {  // the controls of ASCII are escaped already
      out += record.front();
      record.remove_prefix(1);
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", waf::controlPoint(record, size) & 0xffff);
    out += escape;
    record.remove_prefix(size);
  }
  return out;
}

std::string escapedWith(const std::string& text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

const RecordFields::Rule* worstRule(const RecordFields& fields) {
  const auto worst =
      std::min_element(fields.rules.begin(), fields.rules.end(), [](const auto& a, const auto& b) {
        return severityRank(a.severity) < severityRank(b.severity);
      });
  return worst == fields.rules.end() ? nullptr : &*worst;
}

// syslog's 0 (worst) to 7 as CEF's 10 (worst) to 0.
int cefSeverity(const RecordFields& fields, const RecordFields::Rule* rule) {
  const int rank = rule != nullptr ? severityRank(rule->severity) : db::kNoSeverity;
  if (rank < db::kNoSeverity) return 10 - rank;
  return fields.decision == "blocked" ? 6 : fields.decision == "detected" ? 4 : 1;
}

// ArcSight's "Implementing CEF": in the head \ and | are escaped, in the values behind it \ and =;
// no part of the head is empty, and a value without text is left out.
std::string cef(const RecordFields& fields) {
  const RecordFields::Rule* rule = worstRule(fields);
  std::string signature = rule != nullptr ? std::to_string(rule->id) : shown(fields.reason);
  if (signature.empty()) signature = shown(fields.decision);
  std::string name = shown(rule != nullptr ? rule->message : fields.detail, 256);
  if (name.empty()) name = shown(fields.decision);
  std::string out = "CEF:0|Portcullis|Portcullis|1|" + escapedWith(signature, "\\|") + "|" +
                    escapedWith(name, "\\|") + "|" + std::to_string(cefSeverity(fields, rule)) +
                    "|";
  const auto add = [&out](const char* key, const std::string& value) {
    if (value.empty()) return;
    if (out.back() != '|') out += ' ';
    out += std::string(key) + "=" + escapedWith(value, "\\=");
  };
  waf::WallTime time;
  if (waf::parseRfc3339(fields.time, &time)) {
    add("rt", std::to_string(time.time_since_epoch() / std::chrono::milliseconds(1)));
  }
  add("externalId", shown(fields.id));
  add("act", shown(fields.decision));
  add("reason", shown(fields.reason));
  // src holds IPv4 addresses only.
  const std::string client = shown(fields.client);
  if (client.find(':') == std::string::npos) {
    add("src", client);
  } else {
    add("c6a2Label", "Source IPv6 Address");
    add("c6a2", client);
  }
  add("requestMethod", shown(fields.method, 32));
  add("request", shown(fields.uri));
  add("outcome", std::to_string(fields.status));
  const std::string site = shown(fields.site);
  if (!site.empty()) add("cs1Label", "site");
  add("cs1", site);
  if (rule != nullptr) {
    const std::string variable = shown(rule->variable);
    const std::string value = shown(rule->value);
    if (!variable.empty()) add("cs2Label", "variable");
    add("cs2", variable);
    if (!value.empty()) add("cs3Label", "value");
    add("cs3", value);
  }
  add("cn1Label", "score");
  add("cn1", std::to_string(std::max(fields.inbound_score, fields.outbound_score)));
  return out;
}

// "Wed Nov 25 17:40:00.123456 2026", as httpd writes it.
std::string errorLogTime(std::string_view rfc3339) {
  waf::WallTime time;
  if (!waf::parseRfc3339(rfc3339, &time)) return "-";
  const int64_t micros = time.time_since_epoch().count();
  const time_t seconds = static_cast<time_t>(micros / 1000000);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char day[32];
  char rest[32];
  std::strftime(day, sizeof day, "%a %b %d %H:%M:%S", &parts);
  std::snprintf(rest, sizeof rest, ".%06d %d", static_cast<int>(micros % 1000000),
                parts.tm_year + 1900);
  return std::string(day) + rest;
}

std::string errorLog(const RecordFields& fields) {
  const std::string head = "[" + errorLogTime(fields.time) + "] [security2:error] [client " +
                           shown(fields.client, 64) + "] ModSecurity: ";
  const bool blocked = fields.decision == "blocked";
  const std::string verdict =
      blocked ? "Access denied with code " + std::to_string(fields.status) + "." : "Warning.";
  std::string tail;
  const auto field = [](const char* name, const std::string& value) {
    return " [" + std::string(name) + " \"" + escapedWith(value, "\\\"") + "\"]";
  };
  tail += field("hostname", shown(fields.site));
  tail += field("uri", shown(fields.uri.substr(0, fields.uri.find('?'))));
  tail += field("unique_id", shown(fields.id));
  if (fields.rules.empty()) return head + verdict + field("msg", shown(fields.detail)) + tail;
  std::string out;
  for (const RecordFields::Rule& rule : fields.rules) {
    // Only the last rule decided; those before it warn, as ModSecurity has it.
    const bool last = &rule == &fields.rules.back();
    if (!out.empty()) out += '\n';
    out += head + (last ? verdict : "Warning.") + " Match at " + shown(rule.variable) + "." +
           field("id", std::to_string(rule.id)) + field("msg", shown(rule.message)) +
           field("data", shown(rule.data)) + field("severity", shown(rule.severity)) + tail;
  }
  return out;
}

}  // namespace

std::string formatEvent(EventFormat format, std::string_view record) {
  if (format == EventFormat::Json) return onOneLine(record);
  RecordFields fields;
  if (!db::scanRecord(record, &fields) || fields.id.empty()) return "";
  return format == EventFormat::Cef ? cef(fields) : errorLog(fields);
}

std::string syslogMessage(std::string_view record, std::string_view message,
                          std::string_view host) {
  RecordFields fields;
  const bool known = db::scanRecord(record, &fields);
  const int severity = known && fields.decision == "blocked" ? 4
                       : fields.decision == "detected"       ? 5
                                                             : 6;
  return "<" + std::to_string(kLocal0 * 8 + severity) + ">1 " +
         (known && !fields.time.empty() ? shown(fields.time, 40) : std::string("-")) + " " +
         std::string(host) + " portcullis " + std::to_string(::getpid()) + " event - " +
         std::string(message);
}

}  // namespace gateway
