#include <algorithm>
#include <array>
#include <functional>

#include "db/filter/event_filter.h"
#include "db/filter/filter_reader.h"
#include "waf/base/text.h"
#include "waf/event/event_names.h"

namespace db {
namespace {

using waf::Result;

constexpr int64_t kMaxNumber = INT64_MAX;
constexpr std::array<std::string_view, 8> kSeverities{"emergency", "alert",  "critical", "error",
                                                      "warning",   "notice", "info",     "debug"};

Result<EventValue> textValue(const RawValue& raw) {
  EventValue value;
  value.text = raw.text;
  value.pattern = !raw.quoted && raw.text.find('*') != std::string::npos;
  return value;
}

Result<EventValue> upperValue(const RawValue& raw) {
  Result<EventValue> value = textValue(raw);
  for (char& c : value->text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return value;
}

Result<EventValue> pathValue(const RawValue& raw) {
  if (!raw.text.starts_with('/') && !raw.text.starts_with('*')) {
    return filterError(raw.position, "path: must begin with / or *, such as path:/login");
  }
  return textValue(raw);
}

EventValue exactly(int64_t number) {
  EventValue value;
  value.low = value.high = number;
  return value;
}

Result<EventValue> decisionValue(const RawValue& raw) {
  waf::Decision decision{};
  if (waf::parseDecision(waf::toLower(raw.text), &decision)) {
    return exactly(static_cast<int64_t>(decision));
  }
  return filterError(raw.position, "decision: must be blocked, detected or passed");
}

Result<EventValue> reasonValue(const RawValue& raw) {
  waf::Reason reason{};
  const std::string name = raw.text == "none" ? "" : waf::toLower(raw.text);
  if (waf::parseReason(name, &reason)) return exactly(static_cast<int64_t>(reason));
  return filterError(
      raw.position,
      "reason: must be waf, protocol, tls, limit, access, rate, upstream, fault or none");
}

Result<EventValue> clientValue(const RawValue& raw) {
  const Result<waf::IpNetwork> network = waf::IpNetwork::parse(raw.text);
  if (!network) {
    return filterError(raw.position, "client: " + network.error().message +
                                         "; write an address or a network, such as "
                                         "client:203.0.113.0/24");
  }
  EventValue value;
  value.network = *network;
  return value;
}

// Takes the comparison off the front of `text`: "" when there is none.
std::string_view takeComparison(std::string_view* text) {
  for (const std::string_view sign : {">=", "<=", ">", "<"}) {
    if (!text->starts_with(sign)) continue;
    text->remove_prefix(sign.size());
    return sign;
  }
  return "";
}

EventValue compared(std::string_view sign, int64_t number) {
  EventValue value = exactly(number);
  if (sign == ">" || sign == ">=") value.high = kMaxNumber;
  if (sign == "<" || sign == "<=") value.low = 0;
  if (sign == ">") ++value.low;
  if (sign == "<") --value.high;
  return value;
}

bool parseNumber(std::string_view text, int64_t* out) {
  uint64_t number = 0;
  if (!waf::parseUint64(text, &number) || number >= static_cast<uint64_t>(kMaxNumber)) return false;
  *out = static_cast<int64_t>(number);
  return true;
}

// "942*" is every number that begins so and is as long as ids are; "4xx" a class of statuses.
bool parseNumberPattern(EventField field, std::string_view text, EventValue* out) {
  int64_t number = 0;
  if (field == EventField::Status && text.size() == 3 && waf::toLower(text.substr(1)) == "xx" &&
      parseNumber(text.substr(0, 1), &number)) {
    out->low = number * 100;
    out->high = out->low + 99;
    return true;
  }
  if (field != EventField::Rule || !text.ends_with('*') ||
      !parseNumber(text.substr(0, text.size() - 1), &number) || text.size() > 6) {
    return false;
  }
  constexpr size_t kIdDigits = 6;
  int64_t span = 1;
  for (size_t digits = text.size() - 1; digits < kIdDigits; ++digits) span *= 10;
  out->low = number * span;
  out->high = out->low + span - 1;
  return true;
}

Result<EventValue> numberValue(EventField field, std::string_view name, const RawValue& raw) {
  std::string_view text = raw.text;
  EventValue value;
  if (parseNumberPattern(field, text, &value)) return value;
  const std::string_view sign = takeComparison(&text);
  const size_t dots = text.find("..");
  if (sign.empty() && dots != std::string_view::npos &&
      parseNumber(text.substr(0, dots), &value.low) &&
      parseNumber(text.substr(dots + 2), &value.high) && value.low <= value.high) {
    return value;
  }
  int64_t number = 0;
  if (parseNumber(text, &number)) return compared(sign, number);
  const std::string example =
      std::string(name) + (field == EventField::Rule     ? ":942100, rule:942*"
                           : field == EventField::Status ? ":403, status:5xx"
                                                         : ":>=5, score:5..20");
  return filterError(raw.position,
                     std::string(name) + ": must be a number or a range, such as " + example);
}

// The ranks count down from the most severe, so "at least" is a smaller rank.
Result<EventValue> severityValue(const RawValue& raw) {
  std::string_view text = raw.text;
  const std::string_view sign = takeComparison(&text);
  const auto found = std::find(kSeverities.begin(), kSeverities.end(), waf::toLower(text));
  if (found == kSeverities.end()) {
    return filterError(raw.position,
                       "severity: must be emergency, alert, critical, error, warning, notice, info "
                       "or debug, or at least one of them: severity:>=error");
  }
  EventValue value = exactly(found - kSeverities.begin());
  if (sign == ">" || sign == ">=") value.low = 0;
  if (sign == "<" || sign == "<=") value.high = static_cast<int64_t>(kSeverities.size()) - 1;
  if (sign == ">") --value.high;
  if (sign == "<") ++value.low;
  return value;
}

Result<EventValue> wordsValue(const RawValue& raw) {
  EventValue value;
  value.text = raw.text;
  std::string_view text = raw.text;
  if (!raw.quoted && text.ends_with('*')) {
    value.word_prefix = true;
    text.remove_suffix(1);
  }
  value.words = wordsOf(text);
  if (value.words.empty()) {
    return filterError(raw.position, "a text to look for needs a letter or a digit");
  }
  return value;
}

struct FieldEntry {
  std::string_view name;
  EventField field;
  Result<EventValue> (*read)(const RawValue&);
};

constexpr auto kFields = std::to_array<FieldEntry>({
    {"site", EventField::Site, textValue},
    {"decision", EventField::Decision, decisionValue},
    {"reason", EventField::Reason, reasonValue},
    {"client", EventField::Client, clientValue},
    {"ip", EventField::Client, clientValue},
    {"rule", EventField::Rule,
     [](const RawValue& raw) { return numberValue(EventField::Rule, "rule", raw); }},
    {"path", EventField::Path, pathValue},
    {"status", EventField::Status,
     [](const RawValue& raw) { return numberValue(EventField::Status, "status", raw); }},
    {"score", EventField::Score,
     [](const RawValue& raw) { return numberValue(EventField::Score, "score", raw); }},
    {"severity", EventField::Severity, severityValue},
    {"method", EventField::Method, upperValue},
    {"country", EventField::Country, upperValue},
    {"id", EventField::Id, textValue},
    {"text", EventField::Text, wordsValue},
});

Result<waf::WallTime> timeValue(const RawTerm& term, waf::WallTime now) {
  const RawValue& raw = term.values.front();
  waf::WallTime time;
  const std::string day = raw.text.size() == 10 ? raw.text + "T00:00:00Z" : raw.text;
  if (waf::parseRfc3339(day, &time)) return time;
  static constexpr std::pair<char, int64_t> kUnits[] = {
      {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
  int64_t count = 0;
  if (raw.text.size() > 1 &&
      parseNumber(std::string_view(raw.text).substr(0, raw.text.size() - 1), &count)) {
    for (const auto& [unit, seconds] : kUnits) {
      if (raw.text.back() == unit && count < 1000000000 / seconds) {
        return now - std::chrono::seconds(count * seconds);
      }
    }
  }
  return filterError(raw.position, term.field +
                                       ": must be a time or a span, such as 2026-01-31T12:00:00Z, "
                                       "2026-01-31 or 24h");
}

std::string unknownField(const std::string& name) {
  std::string fields;
  for (const FieldEntry& entry : kFields) fields += std::string(entry.name) + ", ";
  return "there is no field \"" + name + "\"; the fields are " + fields +
         "since and until; to look for the text itself put it in quotes";
}

Result<void> addTime(const RawTerm& raw, waf::WallTime now, EventFilter* out) {
  if (raw.negated || raw.values.size() != 1) {
    return filterError(raw.position, raw.field + ": takes one time and no minus");
  }
  const Result<waf::WallTime> time = timeValue(raw, now);
  if (!time) return waf::fail(time.error());
  // Two bounds of one kind: both hold.
  if (raw.field == "since") {
    out->since = std::max(out->since.value_or(*time), *time);
  } else {
    out->until = std::min(out->until.value_or(*time), *time);
  }
  return {};
}

}  // namespace

waf::Result<EventFilter> parseEventFilter(std::string_view text, waf::WallTime now) {
  const Result<std::vector<RawTerm>> terms = readFilter(text);
  if (!terms) return waf::fail(terms.error());
  EventFilter out;
  for (const RawTerm& raw : *terms) {
    if (raw.field == "since" || raw.field == "until") {
      const Result<void> added = addTime(raw, now, &out);
      if (!added) return waf::fail(added.error());
      continue;
    }
    const std::string_view name = raw.field.empty() ? std::string_view("text") : raw.field;
    const auto entry = std::find_if(kFields.begin(), kFields.end(),
                                    [&](const FieldEntry& known) { return known.name == name; });
    if (entry == kFields.end()) return filterError(raw.position, unknownField(raw.field));
    EventTerm term{entry->field, raw.negated, {}};
    for (const RawValue& value : raw.values) {
      Result<EventValue> read = entry->read(value);
      if (!read) return waf::fail(read.error());
      term.values.push_back(std::move(*read));
    }
    out.terms.push_back(std::move(term));
  }
  return out;
}

}  // namespace db
