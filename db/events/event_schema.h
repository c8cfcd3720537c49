#pragma once

namespace db {

// Of an event file, in one place: files live for weeks beside newer ones, so a change adds a column
// with a default and a new number, and readers ask for what the oldest kept file has.
//
// The narrow table is what filters and counts walk through; the records lie apart. A place orders
// the events newest first over all files (event_place.h) and keys everything, so that every index
// gives its events in the order in which they are shown.
inline constexpr int kEventSchemaVersion = 2;
inline constexpr const char* kEventSchema = R"sql(
CREATE TABLE events (
  place INTEGER PRIMARY KEY,
  arrival INTEGER NOT NULL,   -- of its record
  sequence INTEGER NOT NULL,  -- the global order in which the records were made
  id TEXT NOT NULL,
  site TEXT NOT NULL,
  client BLOB,                -- 16 bytes, IPv4 mapped; NULL when unknown
  decision INTEGER NOT NULL,  -- waf::Decision
  reason INTEGER NOT NULL,    -- waf::Reason
  status INTEGER NOT NULL,
  severity INTEGER NOT NULL,  -- of the worst rule, 0 (EMERGENCY) to 7 (DEBUG); 8 when there is none
  score INTEGER NOT NULL,
  method TEXT NOT NULL,
  country TEXT NOT NULL,
  rules BLOB NOT NULL,        -- the distinct ids, 8 bytes each, little endian
  path TEXT NOT NULL          -- printable, without the query
);
CREATE UNIQUE INDEX events_sequence ON events (sequence);
CREATE INDEX events_id ON events (id);
CREATE INDEX events_site ON events (site);
CREATE INDEX events_client ON events (client) WHERE client IS NOT NULL;
CREATE TABLE records (
  arrival INTEGER PRIMARY KEY,  -- counts from 1 in the order of the commits, which a late record
                                -- does not keep in sequence
  place INTEGER NOT NULL,
  record BLOB NOT NULL        -- the line of the audit log
);
CREATE TABLE rule_messages (rule_id INTEGER PRIMARY KEY, message TEXT NOT NULL);
CREATE TABLE positions (segment TEXT PRIMARY KEY, end_offset INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Of the index beside an event file (<file>.idx): derived from it by the indexer, made anew when it
// is missing, damaged, of another version or of another file.
inline constexpr int kIndexSchemaVersion = 2;
inline constexpr const char* kIndexSchema = R"sql(
CREATE TABLE progress (
  arrival INTEGER NOT NULL,  -- one row: indexed up to here,
  place INTEGER NOT NULL     -- where that record stands: another file has another there
);
INSERT INTO progress VALUES (0, 0);
CREATE TABLE event_rules (
  rule_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (rule_id, place)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, tokenize='ascii');
-- Bytes of postings that are sorted in memory: each flush is a segment that has to be merged.
INSERT INTO words (words, rank) VALUES ('hashsize', 4194304);
)sql";

}  // namespace db
