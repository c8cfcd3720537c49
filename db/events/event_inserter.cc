#include "db/events/event_inserter.h"

#include <algorithm>

#include "db/events/event_schema.h"

namespace db {
namespace {

using waf::ErrorCode;

constexpr size_t kMaxMessage = 256;
// Measured: with pages of 4 KB the records, of one to three KB, leave a tenth of the file empty and
// half of them cost an overflow page; a long write-ahead log writes a page that changes often once.
constexpr Connection::Options kOptions{.mode = Connection::Mode::Create,
                                       .page_bytes = 8192,
                                       .cache_kb = 32 << 10,
                                       .checkpoint_pages = 8000};

Result<void> prepareTables(Connection& connection) {
  const Result<int64_t> version = connection.number("PRAGMA user_version");
  if (!version) return waf::fail(version.error());
  if (*version == kEventSchemaVersion) return {};
  if (*version != 0) {
    return waf::fail(ErrorCode::Corrupt, "db",
                     connection.path() + ": is an event file of another version");
  }
  return connection.transact([&]() -> Result<void> {
    return connection.execute(std::string(kEventSchema) +
                              "PRAGMA user_version = " + std::to_string(kEventSchemaVersion));
  });
}

}  // namespace

Result<std::unique_ptr<EventInserter>> EventInserter::open(const std::string& path) {
  Result<std::unique_ptr<Connection>> connection = Connection::open(path, kOptions);
  if (!connection) return waf::fail(connection.error());
  const Result<void> ready = prepareTables(**connection);
  if (!ready) return waf::fail(ready.error());
  const auto prepare = [&](const char* sql) { return (*connection)->prepare(sql); };
  // Not OR IGNORE: that would hide a row which breaks another constraint.
  Result<Statement> event = prepare(
      "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?) ON CONFLICT DO "
      "NOTHING");
  Result<Statement> record = prepare("INSERT INTO records VALUES (?, ?, ?)");
  Result<Statement> known = prepare("SELECT 1 FROM events WHERE sequence = ?");
  Result<Statement> message = prepare("INSERT OR REPLACE INTO rule_messages VALUES (?, ?)");
  Result<Statement> position = prepare("INSERT OR REPLACE INTO positions VALUES (?, ?)");
  for (const Result<Statement>* statement : {&event, &record, &known, &message, &position}) {
    if (!*statement) return waf::fail(statement->error());
  }
  return std::unique_ptr<EventInserter>(new EventInserter(
      std::move(*connection), {std::move(*event), std::move(*record), std::move(*known),
                               std::move(*message), std::move(*position)}));
}

Result<void> EventInserter::insert(std::span<const SpooledRecord> records,
                                   std::span<const SpooledRecord> positions, waf::WallTime now) {
  messages_.clear();
  return connection_->transact([&] { return insertAll(records, positions, now); });
}

Result<void> EventInserter::insertAll(std::span<const SpooledRecord> records,
                                      std::span<const SpooledRecord> positions, waf::WallTime now) {
  // Asked for within the transaction: of one that failed nobody knows how far
  // it came.
  const Result<int64_t> last_arrival = connection_->number("SELECT MAX(arrival) FROM records");
  if (!last_arrival) return waf::fail(last_arrival.error());
  next_arrival_ = *last_arrival + 1;
  for (const SpooledRecord& record : records) {
    makeEventRow(record.sequence, record.line, now, &fields_, &row_);
    const Result<void> done = insertRow(record);
    if (!done) return done;
    for (const RecordFields::Rule& rule : fields_.rules) {
      std::string& message = messages_[rule.id];
      if (message.empty()) appendPrintable(rule.message, kMaxMessage, &message);
    }
  }
  const Result<void> done = insertMessages();
  return done ? insertPositions(positions) : done;
}

Result<void> EventInserter::insertRow(const SpooledRecord& record) {
  Statement& event = statements_.event;
  event.bind(2, next_arrival_).bind(3, row_.sequence).bindText(4, row_.id).bindText(5, row_.site);
  if (row_.client.empty()) {
    event.bindNull(6);
  } else {
    event.bindBytes(6, row_.client);
  }
  event.bind(7, row_.decision).bind(8, row_.reason).bind(9, row_.status).bind(10, row_.severity);
  event.bind(11, row_.score).bindText(12, row_.method).bindText(13, row_.country);
  event.bindBytes(14, row_.rules).bindText(15, row_.path);
  while (true) {
    event.bind(1, row_.place);
    const Result<void> done = event.execute();
    if (!done) return done;
    if (sqlite3_changes(connection_->handle()) > 0) break;
    const Result<bool> known = isKnown(row_.sequence);
    if (!known) return waf::fail(known.error());
    if (*known) return {};
    ++row_.place;  // another event of the same microsecond and the same low bits
  }
  return statements_.record.bind(1, next_arrival_++)
      .bind(2, row_.place)
      .bindBytes(3, record.line)
      .execute();
}

Result<bool> EventInserter::isKnown(int64_t sequence) {
  const Result<bool> row = statements_.known.bind(1, sequence).step();
  statements_.known.reset();
  return row;
}

Result<void> EventInserter::insertMessages() {
  for (const auto& [id, message] : messages_) {
    const Result<void> done = statements_.message.bind(1, id).bindText(2, message).execute();
    if (!done) return done;
  }
  return {};
}

Result<void> EventInserter::insertPositions(std::span<const SpooledRecord> records) {
  std::map<std::string_view, int64_t> ends;
  for (const SpooledRecord& record : records) {
    int64_t& end = ends[record.segment];
    end = std::max(end, static_cast<int64_t>(record.end_offset));
  }
  for (const auto& [segment, end] : ends) {
    const Result<void> done = statements_.position.bindText(1, segment).bind(2, end).execute();
    if (!done) return done;
  }
  return {};
}

}  // namespace db
