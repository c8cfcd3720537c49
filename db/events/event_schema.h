#pragma once

namespace db {

// Of an event file, in one place: files live for weeks beside newer ones, so a change adds a column
// with a default and a new number, and readers ask for what the oldest kept file has.
inline constexpr int kEventSchemaVersion = 1;
inline constexpr const char* kEventSchema = R"sql(
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,  -- the global order of the records
  id TEXT NOT NULL,
  time_us INTEGER NOT NULL,
  site TEXT NOT NULL,
  decision TEXT NOT NULL,
  reason TEXT NOT NULL,
  client BLOB,                   -- 16 bytes, IPv4 mapped; NULL when unknown
  path TEXT NOT NULL,            -- printable, without the query
  search TEXT NOT NULL,          -- what the text filter looks through
  record BLOB NOT NULL           -- the line of the audit log
);
CREATE INDEX events_time ON events (time_us);
CREATE INDEX events_id ON events (id);
CREATE TABLE event_rules (
  rule_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (rule_id, sequence)
) WITHOUT ROWID;
CREATE TABLE rule_messages (rule_id INTEGER PRIMARY KEY, message TEXT NOT NULL);
CREATE TABLE positions (segment TEXT PRIMARY KEY, end_offset INTEGER NOT NULL) WITHOUT ROWID;
)sql";

}  // namespace db
