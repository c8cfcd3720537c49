#include "db/events/event_indexer.h"

#include <unistd.h>

#include <algorithm>

#include "db/events/event_row.h"
#include "db/events/event_schema.h"

namespace db {
namespace {

using waf::ErrorCode;

// Bounds what one batch holds in memory.
constexpr size_t kMaxBatchText = 16u << 20;
constexpr Connection::Options kIndexOptions{.mode = Connection::Mode::Create,
                                            .page_bytes = 4096,
                                            .cache_kb = 16 << 10,
                                            .checkpoint_pages = 8000};

}  // namespace

std::string indexPath(const std::string& event_file) { return event_file + ".idx"; }

void removeIndex(const std::string& event_file) {
  for (const char* companion : {"", "-wal", "-shm"}) {
    ::unlink((indexPath(event_file) + companion).c_str());
  }
}

void EventIndexer::close() {
  events_.reset();
  index_.reset();
  open_ = EventFileName();
}

Result<size_t> EventIndexer::advance(size_t max_rows) {
  const std::vector<EventFileName> files = listEventFiles(folder_);
  std::erase_if(finished_, [&](const EventFileName& name) {
    // A reader that finds an index damaged takes it away.
    const std::string index = indexPath(folder_ + "/" + name.toString());
    return !std::binary_search(files.begin(), files.end(), name) ||
           (!damaged_.contains(name) && ::access(index.c_str(), F_OK) != 0);
  });
  std::erase_if(damaged_, [this](const EventFileName& name) { return !finished_.contains(name); });
  Result<size_t> failed = size_t{0};
  for (size_t i = files.size(); i-- > 0;) {
    if (finished_.contains(files[i])) continue;
    Result<void> opened = openFile(files[i]);
    const Result<size_t> rows = opened ? indexFile(max_rows) : waf::fail(opened.error());
    if (rows && *rows > 0) return rows;
    if (!rows) {
      close();
      // A damaged file has no index; the others go on. What may pass is tried again.
      if (rows.error().code != ErrorCode::Corrupt) failed = rows;
    }
    const bool newest =
        std::none_of(files.begin() + static_cast<std::ptrdiff_t>(i) + 1, files.end(),
                     [&](const EventFileName& later) { return later.kind == files[i].kind; });
    if (newest || (!rows && rows.error().code != ErrorCode::Corrupt)) continue;
    finished_.insert(files[i]);
    if (!rows) damaged_.insert(files[i]);
  }
  return failed;
}

uint64_t EventIndexer::countLeft() {
  uint64_t left = 0;
  for (const EventFileName& name : listEventFiles(folder_)) {
    if (finished_.contains(name) || !openFile(name)) continue;
    const Result<int64_t> done = progress();
    if (!done) continue;
    // Arrivals are counted from 1 without gaps: nothing must be walked through.
    const Result<int64_t> last = events_->number("SELECT MAX(arrival) FROM records");
    if (last && *last > *done) left += static_cast<uint64_t>(*last - *done);
  }
  return left;
}

Result<void> EventIndexer::openFile(const EventFileName& name) {
  if (events_ && index_ && open_ == name && ::access(index_->path().c_str(), F_OK) == 0) return {};
  close();
  const std::string path = folder_ + "/" + name.toString();
  Result<std::unique_ptr<Connection>> events =
      Connection::open(path, {.mode = Connection::Mode::Read});
  if (!events) return waf::fail(events.error());
  const Result<int64_t> version = (*events)->number("PRAGMA user_version");
  if (!version) return waf::fail(version.error());
  if (*version != kEventSchemaVersion) {
    // 0: the writer creates it at this moment.
    return waf::fail(*version == 0 ? ErrorCode::Unavailable : ErrorCode::Corrupt, "db",
                     path + ": is an event file of another version");
  }
  events_ = std::move(*events);
  Result<void> opened = openIndex(indexPath(path));
  if (opened) opened = checkIndex();
  if (!opened && opened.error().code == ErrorCode::Corrupt) {
    index_.reset();
    removeIndex(path);
    opened = openIndex(indexPath(path));
  }
  if (opened) open_ = name;
  return opened;
}

// Whether it is the index of this file as it is now: not of one that was longer, or of another that
// bore the name.
Result<void> EventIndexer::checkIndex() {
  const Result<int64_t> done = progress();
  if (!done) return waf::fail(done.error());
  if (*done == 0) return {};
  const Result<int64_t> place = index_->number("SELECT place FROM progress");
  if (!place) return waf::fail(place.error());
  const Result<int64_t> actual = events_->number(
      "SELECT place FROM records WHERE arrival = " + std::to_string(*done), INT64_MIN);
  if (!actual) return waf::fail(ErrorCode::Unavailable, "db", actual.error().message);
  if (*actual == *place) return {};
  return waf::fail(ErrorCode::Corrupt, "db", index_->path() + ": is the index of another file");
}

Result<void> EventIndexer::openIndex(const std::string& path) {
  Result<std::unique_ptr<Connection>> index = Connection::open(path, kIndexOptions);
  if (!index) return waf::fail(index.error());
  const Result<int64_t> version = (*index)->number("PRAGMA user_version");
  if (!version) return waf::fail(version.error());
  if (*version != 0 && *version != kIndexSchemaVersion) {
    return waf::fail(ErrorCode::Corrupt, "db", path + ": is an index of another version");
  }
  if (*version == 0) {
    const Result<void> made = (*index)->transact([&]() -> Result<void> {
      return (*index)->execute(std::string(kIndexSchema) +
                               "PRAGMA user_version = " + std::to_string(kIndexSchemaVersion));
    });
    if (!made) return made;
  }
  index_ = std::move(*index);
  return {};
}

Result<size_t> EventIndexer::indexFile(size_t max_rows) {
  const Result<int64_t> done = progress();
  if (!done) return waf::fail(afterFault(done.error()));
  Result<std::vector<Row>> rows = readRows(*done, max_rows);
  if (!rows) return waf::fail(rows.error());
  if (rows->empty()) return size_t{0};
  const Row last = {rows->back().arrival, rows->back().place, "", ""};
  // FTS5 ends its batch in memory and writes a segment whenever a rowid is not above the one
  // before.
  std::sort(rows->begin(), rows->end(),
            [](const Row& a, const Row& b) { return a.place < b.place; });
  const Result<void> written = writeRows(*rows, last);
  if (!written) return waf::fail(afterFault(written.error()));
  return rows->size();
}

// A damaged index goes away, and the next look makes another.
waf::Error EventIndexer::afterFault(const waf::Error& error) {
  if (error.code != ErrorCode::Corrupt) return error;
  const std::string path = events_->path();
  close();
  removeIndex(path);
  return {ErrorCode::Unavailable, "db", indexPath(path) + ": was damaged and is made anew"};
}

// Read in one go, so that the writer's log can start over while the words are sorted in.
Result<std::vector<EventIndexer::Row>> EventIndexer::readRows(int64_t after, size_t max_rows) {
  Result<Statement> select = events_->prepare(
      "SELECT r.arrival, r.place, e.rules, r.record FROM records r JOIN events e ON e.place = "
      "r.place WHERE r.arrival > ? ORDER BY r.arrival LIMIT ?");
  if (!select) return waf::fail(select.error());
  select->bind(1, after).bind(2, static_cast<int64_t>(max_rows));
  std::vector<Row> out;
  size_t bytes = 0;
  while (bytes < kMaxBatchText) {
    const Result<bool> found = select->step();
    if (!found) return waf::fail(found.error());
    if (!*found) break;
    Row row{select->number(0), select->number(1), std::string(select->bytes(2)), ""};
    const std::string_view line = select->bytes(3);
    if (scanRecord(line, &fields_)) {
      appendSearchText(fields_, &row.text);
    } else {
      row.text = printable(line, 8192);
    }
    bytes += row.text.size();
    out.push_back(std::move(row));
  }
  return out;
}

Result<void> EventIndexer::writeRows(const std::vector<Row>& rows, const Row& last) {
  Result<Statement> words = index_->prepare("INSERT INTO words (rowid, text) VALUES (?, ?)");
  if (!words) return waf::fail(words.error());
  Result<Statement> rules = index_->prepare("INSERT INTO event_rules VALUES (?, ?)");
  if (!rules) return waf::fail(rules.error());
  return index_->transact([&]() -> Result<void> {
    for (const Row& row : rows) {
      Result<void> done = words->bind(1, row.place).bindText(2, row.text).execute();
      for (size_t i = 0; done && i < ruleCount(row.rules); ++i) {
        done = rules->bind(1, ruleAt(row.rules, i)).bind(2, row.place).execute();
      }
      if (!done) return done;
    }
    return index_->execute("UPDATE progress SET arrival = " + std::to_string(last.arrival) +
                           ", place = " + std::to_string(last.place));
  });
}

}  // namespace db
