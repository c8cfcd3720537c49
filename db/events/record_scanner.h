#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace db {

// What the store reads of a record's line to file it, without building a document: texts are the
// insides of JSON strings as they stand in the line (escaped), valid as long as the line.
struct RecordFields {
  struct Rule {
    int64_t id = 0;
    std::string_view message;
    std::string_view data;
    std::string_view severity;
    std::string_view variable;
    std::string_view value;
  };

  std::string_view id;
  std::string_view time;
  std::string_view site;
  std::string_view client;
  std::string_view country;
  std::string_view method;
  std::string_view uri;
  std::string_view headers;  // the JSON list
  std::string_view body_excerpt;
  std::string_view decision;
  std::string_view reason;
  std::string_view detail;
  int64_t status = 0;
  int64_t inbound_score = 0;
  int64_t outbound_score = 0;
  std::vector<Rule> rules;
};

// False when the line is no JSON object. Members that are absent keep their defaults; `out` may be
// used again for the next line.
bool scanRecord(std::string_view line, RecordFields* out);

// A request that nothing refused and no rule matched; read without a scan.
bool isOrdinary(std::string_view line);

// The inside of a JSON string as text that can be shown: escapes resolved, control characters as
// blanks, whole characters, at most `limit` bytes more in `out`.
void appendPrintable(std::string_view escaped, size_t limit, std::string* out);

// The insides of the strings in a JSON list (of lists), each followed by a line feed.
void appendStrings(std::string_view list, size_t limit, std::string* out);

}  // namespace db
