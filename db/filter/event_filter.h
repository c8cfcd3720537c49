#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/clock.h"
#include "waf/base/ip_network.h"
#include "waf/base/result.h"

// What may be asked of the events: one definition for the UI, the API and the command line, and for
// lists, counts, exports and the live view.
namespace db {

enum class EventField {
  Site,
  Decision,
  Reason,
  Client,
  Rule,
  Path,
  Status,
  Score,
  Severity,
  Method,
  Country,
  Id,
  Text
};

// One thing to compare with; which members count depends on the field.
struct EventValue {
  std::string text;  // site, method, country, id, path; a `*` stands for any bytes where `pattern`
  bool pattern = false;
  int64_t low = 0;  // decision, reason, rule, status, score, severity: from low to high
  int64_t high = 0;
  waf::IpNetwork network;          // client
  std::vector<std::string> words;  // text: to be found one after the other, lower case
  bool word_prefix = false;        // the last one may go on
};

// Any of the values, or none of them when negated.
struct EventTerm {
  EventField field = EventField::Text;
  bool negated = false;
  std::vector<EventValue> values;
};

// All of the terms, from `since` up to `until`.
struct EventFilter {
  std::optional<waf::WallTime> since;
  std::optional<waf::WallTime> until;
  std::vector<EventTerm> terms;
};

// site:shop rule:942100 client:203.0.113.0/24 -path:/health since:24h "union select"
//
//   filter = { ["-"] (field ":" value { "," value } | text) }
//   value  = word | quoted | range | word "*"
//   range  = (">" | ">=" | "<" | "<=") number | number ".." number
//
// Terms are joined by "and", the values of one by "or". Quotes hold blanks and signs; \" and
// \\ stand for themselves in them. since and until take a time (2026-01-31T12:00:00Z, 2026-01-31)
// or a span before `now` (90s, 15m, 24h, 7d). A path means itself and what is below it; `*` in a
// path, site, method or id stands for anything. A text is found as whole words in a row, in any
// case; `*` behind it finds words that begin so. Invalid: "at 6: …" with the position counted from
// 1, and the mend.
waf::Result<EventFilter> parseEventFilter(std::string_view text, waf::WallTime now);

// The words of a text as the index by word sees them: runs of ASCII letters and digits and of bytes
// beyond ASCII, lower case.
std::vector<std::string> wordsOf(std::string_view text);

// Whether `text` matches `pattern`, in which `*` stands for any bytes.
bool matchesPattern(std::string_view text, std::string_view pattern);

// A value as it must be written in a filter to mean itself.
std::string quotedForFilter(std::string_view text);

}  // namespace db
