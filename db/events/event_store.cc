#include "db/events/event_store.h"

#include <Poco/Data/Statement.h>

#include <algorithm>
#include <map>

#include "db/events/event_row.h"
#include "db/sqlite/times.h"
#include "waf/base/ip_network.h"
#include "waf/base/ulid.h"

namespace db {
namespace {

using Poco::Data::BLOB;
using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

constexpr size_t kMaxPage = 1000;
constexpr size_t kExportPage = 500;
constexpr size_t kMaxTop = 100;
// Of each file, before the files are added up: enough that the true first hundred are among them.
constexpr int64_t kGroupsPerFile = 5000;

std::string text(const BLOB& blob) {
  return std::string(reinterpret_cast<const char*>(blob.rawContent()), blob.size());
}

bool isNewer(const EventCursor& a, const EventCursor& b) {
  return std::pair(a.time_us, a.sequence) > std::pair(b.time_us, b.sequence);
}

using Counts = std::map<std::string, uint64_t>;

// SELECT key, COUNT(*) … GROUP BY key of one file, added to `counts`.
void addGroups(Session& session, const EventCondition& condition, const std::string& select,
               Counts* counts) {
  std::vector<std::string> keys;
  std::vector<int64_t> numbers;
  Statement statement(session);
  statement << select + " WHERE " + condition.sql() + " GROUP BY 1 ORDER BY 2 DESC LIMIT " +
                   std::to_string(kGroupsPerFile);
  statement, into(keys), into(numbers);
  condition.bindTo(statement);
  statement.execute();
  for (size_t i = 0; i < keys.size(); ++i) (*counts)[keys[i]] += static_cast<uint64_t>(numbers[i]);
}

std::vector<Count> largest(const Counts& counts, size_t limit) {
  std::vector<Count> out;
  for (const auto& [key, count] : counts) {
    if (!key.empty()) out.push_back({key, key, count});
  }
  const auto larger = [](const Count& a, const Count& b) {
    return a.count != b.count ? a.count > b.count : a.key < b.key;
  };
  std::sort(out.begin(), out.end(), larger);
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::string addressOfHex(const std::string& hex) {
  waf::IpAddress address;
  if (hex.size() != 32) return "";
  for (size_t i = 0; i < 16; ++i) {
    address.bytes[i] = static_cast<uint8_t>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  }
  return address.toString();
}

}  // namespace

std::vector<EventFileName> SqliteEventStore::filesFor(const EventFilter& filter) const {
  std::vector<EventFileName> files = listEventFiles(folder_);
  std::reverse(files.begin(), files.end());
  // A record is written when its transaction ends, never before it began: a file of an earlier day
  // cannot hold a later one. How long a transaction may take is open, so `until` bounds nothing
  // here.
  if (filter.since) {
    const int first = dateOf(*filter.since);
    std::erase_if(files, [first](const EventFileName& name) { return name.date < first; });
  }
  return files;
}

Result<void> SqliteEventStore::withFile(const EventFileName& name, std::string* notice,
                                        const Database::Work& work) const {
  const std::string path = folder_ + "/" + name.toString();
  const auto gone = [&] {
    const std::vector<EventFileName> files = listEventFiles(folder_);
    return std::find(files.begin(), files.end(), name) == files.end();
  };
  auto database = Database::open(path, Database::Mode::MustExist);
  const Database::Work unlessNew = [&work](Session& session) -> Result<void> {
    // The writer has created the file at this moment and not yet committed its tables.
    int version = 0;
    session << "PRAGMA user_version", into(version), now;
    return version == 0 ? Result<void>() : work(session);
  };
  Result<void> done = database ? (*database)->run(unlessNew) : waf::fail(database.error());
  if (!done && gone()) return {};
  if (!done && done.error().code == ErrorCode::Corrupt) {
    if (notice != nullptr) *notice = done.error().message + "; its events are left out";
    return {};
  }
  return done;
}

Result<SqliteEventStore::Found> SqliteEventStore::fetch(
    const EventFilter& filter, const EventCursor& cursor, size_t limit,
    std::chrono::steady_clock::time_point deadline) const {
  const Result<EventCondition> condition = EventCondition::make(filter);
  if (!condition) return waf::fail(condition.error());
  Found found;
  std::vector<Row>& rows = found.rows;
  bool searched = false;
  for (const EventFileName& name : filesFor(filter)) {
    const bool full = rows.size() >= limit;
    const bool late = searched && !full && std::chrono::steady_clock::now() >= deadline;
    const EventCursor last = full ? rows[limit - 1].place : EventCursor{-1, -1};
    bool overlaps = true;
    const Result<void> read = withFile(name, &found.notice, [&](Session& session) -> Result<void> {
      int64_t newest = -1;
      int64_t oldest = -1;
      session << "SELECT COALESCE(MAX(time_us), -1) FROM events", into(newest), now;
      session << "SELECT COALESCE(MIN(time_us), -1) FROM events", into(oldest), now;
      overlaps = newest >= last.time_us;
      if (!overlaps || oldest > cursor.time_us) return {};
      if (late && newest < cursor.time_us) {
        found.resume = EventCursor{newest, INT64_MAX};
        return {};
      }
      searched = true;
      return readRows(session, *condition, cursor, last, limit, &rows);
    });
    if (!read) return waf::fail(read.error());
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return isNewer(a.place, b.place); });
    if (rows.size() > limit) rows.resize(limit);
    if (found.resume || (full && !overlaps)) break;
  }
  return found;
}

Result<void> SqliteEventStore::readRows(Session& session, const EventCondition& condition,
                                        const EventCursor& before, const EventCursor& after,
                                        size_t limit, std::vector<Row>* out) {
  std::vector<int64_t> times;
  std::vector<int64_t> sequences;
  std::vector<BLOB> records;
  Statement statement(session);
  statement << "SELECT time_us, sequence, record FROM events WHERE " + condition.sql() +
                   " AND (time_us, sequence) < (?, ?) AND (time_us, sequence) > (?, ?) "
                   "ORDER BY time_us DESC, sequence DESC LIMIT ?";
  statement, into(times), into(sequences), into(records);
  condition.bindTo(statement);
  statement, bind(before.time_us), bind(before.sequence), bind(after.time_us), bind(after.sequence),
      bind(static_cast<int64_t>(limit));
  statement.execute();
  for (size_t i = 0; i < times.size(); ++i) {
    out->push_back({{times[i], sequences[i]}, text(records[i])});
  }
  return {};
}

Result<EventPage> SqliteEventStore::query(const EventFilter& filter, const std::string& cursor,
                                          size_t limit) {
  EventCursor place;
  if (!EventCursor::parse(cursor, &place)) {
    return waf::fail(ErrorCode::Invalid, "db", "cursor is not one that a page of events gave");
  }
  limit = std::clamp<size_t>(limit, 1, kMaxPage);
  EventPage page;
  const Result<Found> found =
      fetch(filter, place, limit, std::chrono::steady_clock::now() + search_budget_);
  if (!found) return waf::fail(found.error());
  for (const Row& row : found->rows) {
    waf::AuditEvent event;
    if (waf::parseAuditJson(row.record, &event)) page.events.push_back(summarize(event));
  }
  page.notice = found->notice;
  if (found->rows.size() == limit) page.next_cursor = found->rows.back().place.toString();
  if (found->resume) {
    page.next_cursor = found->resume->toString();
    page.notice =
        "searched back to " + waf::formatRfc3339(fromMicroseconds(found->resume->time_us));
  }
  return page;
}

Result<std::optional<waf::AuditEvent>> SqliteEventStore::find(const std::string& id) {
  std::vector<EventFileName> files = listEventFiles(folder_);
  waf::WallTime time;
  if (waf::ulidTime(id, &time)) {
    // Nearly always in the file of its day; a long transaction ends in a later one.
    const int date = dateOf(time);
    std::stable_partition(files.begin(), files.end(),
                          [date](const EventFileName& name) { return name.date >= date; });
  } else {
    std::reverse(files.begin(), files.end());
  }
  for (const EventFileName& name : files) {
    std::vector<BLOB> records;
    const Result<void> read = withFile(name, nullptr, [&](Session& session) -> Result<void> {
      session << "SELECT record FROM events WHERE id = ? LIMIT 1", into(records), bind(id), now;
      return {};
    });
    if (!read) return waf::fail(read.error());
    waf::AuditEvent event;
    if (!records.empty() && waf::parseAuditJson(text(records.front()), &event)) {
      return std::optional(std::move(event));
    }
  }
  return std::optional<waf::AuditEvent>();
}

Result<EventTop> SqliteEventStore::top(const EventFilter& filter, size_t limit) {
  const Result<EventCondition> condition = EventCondition::make(filter);
  if (!condition) return waf::fail(condition.error());
  Counts sites;
  Counts rules;
  Counts clients;
  Counts paths;
  Counts reasons;
  std::map<std::string, std::string> messages;
  for (const EventFileName& name : filesFor(filter)) {
    const Result<void> read = withFile(name, nullptr, [&](Session& session) -> Result<void> {
      addGroups(session, *condition, "SELECT site, COUNT(*) FROM events", &sites);
      addGroups(session, *condition, "SELECT reason, COUNT(*) FROM events", &reasons);
      addGroups(session, *condition, "SELECT path, COUNT(*) FROM events", &paths);
      addGroups(session, *condition, "SELECT hex(client), COUNT(*) FROM events", &clients);
      addGroups(session, *condition,
                "SELECT CAST(matched.rule_id AS TEXT), COUNT(*) FROM events "
                "JOIN event_rules matched ON matched.sequence = events.sequence",
                &rules);
      std::vector<std::string> ids;
      std::vector<std::string> texts;
      session << "SELECT CAST(rule_id AS TEXT), message FROM rule_messages LIMIT 20000", into(ids),
          into(texts), now;
      // Newest file first: its wording stays.
      for (size_t i = 0; i < ids.size(); ++i) messages.emplace(ids[i], texts[i]);
      return {};
    });
    if (!read) return waf::fail(read.error());
  }
  limit = std::clamp<size_t>(limit, 1, kMaxTop);
  EventTop out{largest(sites, limit), largest(rules, limit), largest(clients, limit),
               largest(paths, limit), largest(reasons, limit)};
  for (Count& rule : out.rules) {
    const auto found = messages.find(rule.key);
    if (found != messages.end() && !found->second.empty()) rule.label = found->second;
  }
  for (Count& client : out.clients) client.key = client.label = addressOfHex(client.key);
  return out;
}

Result<void> SqliteEventStore::forEach(const EventFilter& filter,
                                       const std::function<bool(const waf::AuditEvent&)>& row) {
  EventCursor place;
  while (true) {
    const Result<Found> found =
        fetch(filter, place, kExportPage, std::chrono::steady_clock::time_point::max());
    if (!found) return waf::fail(found.error());
    for (const Row& stored : found->rows) {
      waf::AuditEvent event;
      if (waf::parseAuditJson(stored.record, &event) && !row(event)) return {};
    }
    if (found->rows.size() < kExportPage) return {};
    place = found->rows.back().place;
  }
}

}  // namespace db
