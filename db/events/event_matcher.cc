#include "db/events/event_matcher.h"

#include <algorithm>
#include <cstring>

#include "db/events/event_place.h"
#include "db/events/event_row.h"
#include "waf/base/text.h"

namespace db {
namespace {

bool inRange(const EventValue& value, int64_t number) {
  return number >= value.low && number <= value.high;
}

bool isText(const EventValue& value, std::string_view text) {
  return value.pattern ? matchesPattern(text, value.text) : text == value.text;
}

// The path itself and what is below it.
bool isPath(const EventValue& value, std::string_view path) {
  if (value.pattern) return matchesPattern(path, value.text);
  if (!path.starts_with(value.text)) return false;
  return path.size() == value.text.size() || value.text.ends_with('/') ||
         path[value.text.size()] == '/';
}

bool isClient(const EventValue& value, std::string_view client) {
  waf::IpAddress address;
  if (client.size() != address.bytes.size()) return false;
  std::memcpy(address.bytes.data(), client.data(), client.size());
  return value.network.contains(address);
}

bool hasRule(const EventValue& value, std::string_view rules) {
  for (size_t i = 0; i < ruleCount(rules); ++i) {
    if (inRange(value, ruleAt(rules, i))) return true;
  }
  return false;
}

bool matches(EventField field, const EventValue& value, const EventColumns& row) {
  switch (field) {
    case EventField::Site:
      return isText(value, row.site());
    case EventField::Decision:
      return inRange(value, row.decision());
    case EventField::Reason:
      return inRange(value, row.reason());
    case EventField::Client:
      return isClient(value, row.client());
    case EventField::Rule:
      return hasRule(value, row.rules());
    case EventField::Path:
      return isPath(value, row.path());
    case EventField::Status:
      return inRange(value, row.status());
    case EventField::Score:
      return inRange(value, row.score());
    case EventField::Severity:
      return inRange(value, row.severity());
    case EventField::Method:
      return isText(value, row.method());
    case EventField::Country:
      return isText(value, row.country());
    case EventField::Id:
      return isText(value, row.id());
    case EventField::Text:
      break;
  }
  return true;
}

// " union select ", so that a phrase is found by its words only.
void normalize(std::string_view text, std::string* out) {
  out->assign(1, ' ');
  for (const char raw : text) {
    const char c = waf::asciiLower(raw);
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (word) {
      *out += c;
    } else if (out->back() != ' ') {
      *out += ' ';
    }
  }
  if (out->back() != ' ') *out += ' ';
}

bool hasWords(const EventValue& value, std::string_view words) {
  std::string phrase = " ";
  for (const std::string& word : value.words) phrase += word + " ";
  if (value.word_prefix) phrase.pop_back();
  return words.find(phrase) != std::string_view::npos;
}

}  // namespace

EventMatcher::EventMatcher(const EventFilter& filter)
    : filter_(filter),
      first_(filter.since ? firstPlaceAt(toMicroseconds(*filter.since)) : INT64_MIN),
      end_(filter.until ? firstPlaceAt(toMicroseconds(*filter.until)) : kNewestPlace) {
  for (const EventTerm& term : filter_.terms) {
    auto& kind = term.field != EventField::Text ? columns_
                 : term.negated                 ? excluded_texts_
                                                : wanted_texts_;
    kind.push_back(&term);
  }
}

bool EventMatcher::matchesColumns(const EventColumns& row) const {
  return std::all_of(columns_.begin(), columns_.end(), [&row](const EventTerm* term) {
    const bool found =
        std::any_of(term->values.begin(), term->values.end(),
                    [&](const EventValue& value) { return matches(term->field, value, row); });
    return found != term->negated;
  });
}

bool EventMatcher::needsText(bool found_by_words) const {
  return !excluded_texts_.empty() || (!found_by_words && !wanted_texts_.empty());
}

bool EventMatcher::matchesText(std::string_view record, bool found_by_words) {
  text_.clear();
  if (scanRecord(record, &fields_)) {
    appendSearchText(fields_, &text_);
  } else {
    text_ = printable(record, 8192);
  }
  normalize(text_, &words_);
  const auto found = [this](const EventTerm* term) {
    return std::any_of(term->values.begin(), term->values.end(),
                       [this](const EventValue& value) { return hasWords(value, words_); });
  };
  return std::none_of(excluded_texts_.begin(), excluded_texts_.end(), found) &&
         (found_by_words || std::all_of(wanted_texts_.begin(), wanted_texts_.end(), found));
}

}  // namespace db
