#include "db/events/event_file.h"

#include <sys/stat.h>

#include <algorithm>

#include "db/events/event_indexer.h"
#include "db/events/event_plan.h"
#include "db/events/event_row.h"
#include "db/events/event_schema.h"
#include "db/sqlite/sqlite_error.h"

namespace db {
namespace {

using waf::ErrorCode;

constexpr int kCacheKb = 8 << 10;

ino_t inodeOf(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

Result<std::unique_ptr<EventFile>> EventFile::open(const std::string& path) {
  const ino_t inode = inodeOf(path);
  Result<std::unique_ptr<Connection>> connection =
      Connection::open(path, {.mode = Connection::Mode::Read, .cache_kb = kCacheKb});
  if (!connection) return waf::fail(connection.error());
  const Result<int64_t> version = (*connection)->number("PRAGMA user_version");
  if (!version) return waf::fail(version.error());
  if (*version == 0) return waf::fail(ErrorCode::NotFound, "db", path + ": has no tables yet");
  if (*version != kEventSchemaVersion) {
    return waf::fail(ErrorCode::Corrupt, "db", path + ": is an event file of another version");
  }
  std::unique_ptr<EventFile> file(new EventFile(std::move(*connection)));
  file->inode_ = inode;
  file->attachIndex();
  const Result<void> ready = file->refresh();
  if (!ready) return waf::fail(ready.error());
  return file;
}

bool EventFile::isCurrent() const {
  return inodeOf(connection_->path()) == inode_ &&
         inodeOf(indexPath(connection_->path())) == index_inode_;
}

void EventFile::attachIndex() {
  const std::string path = indexPath(connection_->path());
  index_inode_ = inodeOf(path);
  if (index_inode_ == 0) return;
  Result<Statement> attach = connection_->prepare("ATTACH ? AS idx");
  const std::string uri = sqliteUri(path, "rw");
  if (!attach || !attach->bindText(1, uri).execute()) return;
  const Result<int64_t> version = connection_->number("PRAGMA idx.user_version");
  // One of another file, or of this one when it was longer, is the indexer's to make anew.
  const Result<int64_t> fits = connection_->number(
      "SELECT COUNT(*) FROM idx.progress p WHERE p.arrival = 0 OR EXISTS (SELECT 1 FROM "
      "main.records r WHERE r.arrival = p.arrival AND r.place = p.place)");
  index_usable_ = version && *version == kIndexSchemaVersion && fits && *fits == 1;
}

Result<void> EventFile::refresh() {
  const Result<int64_t> newest = connection_->number("SELECT MAX(place) FROM events", INT64_MIN);
  if (!newest) return waf::fail(newest.error());
  const Result<int64_t> oldest = connection_->number("SELECT MIN(place) FROM events", INT64_MAX);
  if (!oldest) return waf::fail(oldest.error());
  newest_ = *newest;
  oldest_ = *oldest;
  return {};
}

Result<EventFile::Walk> EventFile::walk(const EventFilter& filter, EventMatcher& matcher,
                                        int64_t before, const Visit& visit, const IsLate& is_late) {
  Walk walk{true, before};
  const Result<void> walked = walkOnce(filter, matcher, visit, is_late, &walk);
  if (walked) return walk;
  if (walked.error().code != ErrorCode::Corrupt || !index_usable_) return waf::fail(walked.error());
  // It may be the index that is damaged: the file itself goes on from where the walk came to.
  index_usable_ = false;
  const Result<void> again = walkOnce(filter, matcher, visit, is_late, &walk);
  if (!again) return waf::fail(again.error());
  // It is: without it the indexer makes it anew.
  if (inodeOf(indexPath(connection_->path())) == index_inode_) removeIndex(connection_->path());
  return walk;
}

Result<void> EventFile::walkOnce(const EventFilter& filter, EventMatcher& matcher,
                                 const Visit& visit, const IsLate& is_late, Walk* walk) {
  int64_t indexed = 0;
  if (index_usable_) {
    const Result<int64_t> progress = connection_->number("SELECT arrival FROM idx.progress");
    if (progress) indexed = *progress;
  }
  Result<EventPlan> plan = EventPlan::make(*connection_, filter, matcher.first_place(),
                                           std::min(walk->place, matcher.end_place()), indexed);
  if (!plan) return waf::fail(plan.error());
  for (size_t candidates = 0;; ++candidates) {
    if (is_late(candidates)) {
      walk->complete = false;
      return {};
    }
    const Result<const Statement*> row = plan->next();
    if (!row) return waf::fail(row.error());
    if (*row == nullptr) return {};
    const EventColumns columns(**row);
    const Result<bool> taken = takes(columns, matcher, plan->foundByWords());
    if (!taken) return waf::fail(taken.error());
    walk->place = columns.place();
    if (*taken && visit(columns) == Next::Stop) {
      walk->complete = false;
      return {};
    }
  }
}

Result<bool> EventFile::takes(const EventColumns& row, EventMatcher& matcher, bool found_by_words) {
  if (!matcher.matchesColumns(row)) return false;
  if (!matcher.needsText(found_by_words)) return true;
  const Result<std::string> line = record(row.arrival());
  if (!line) return waf::fail(line.error());
  return matcher.matchesText(*line, found_by_words);
}

Result<std::string> EventFile::record(int64_t arrival) {
  if (!record_) {
    Result<Statement> made = connection_->prepare("SELECT record FROM records WHERE arrival = ?");
    if (!made) return waf::fail(made.error());
    record_ = std::make_unique<Statement>(std::move(*made));
  }
  const Result<bool> row = record_->bind(1, arrival).step();
  if (!row) return waf::fail(row.error());
  std::string out(*row ? record_->bytes(0) : std::string_view());
  record_->reset();
  return out;
}

Result<std::string> EventFile::recordOf(const std::string& id) {
  Result<Statement> find = connection_->prepare("SELECT arrival FROM events WHERE id = ? LIMIT 1");
  if (!find) return waf::fail(find.error());
  const Result<bool> row = find->bindText(1, id).step();
  if (!row) return waf::fail(row.error());
  return *row ? record(find->number(0)) : Result<std::string>(std::string());
}

Result<int64_t> EventFile::lastArrival() {
  return connection_->number("SELECT MAX(arrival) FROM records");
}

Result<void> EventFile::walkArrivals(int64_t arrival, size_t limit, const Visit& visit) {
  Result<Statement> rows = connection_->prepare(
      std::string("SELECT ") + kEventColumns +
      " FROM records r CROSS JOIN events e ON e.place = r.place WHERE r.arrival > ? ORDER BY "
      "r.arrival LIMIT ?");
  if (!rows) return waf::fail(rows.error());
  rows->bind(1, arrival).bind(2, static_cast<int64_t>(limit));
  while (true) {
    const Result<bool> row = rows->step();
    if (!row) return waf::fail(row.error());
    if (!*row || visit(EventColumns(*rows)) == Next::Stop) return {};
  }
}

Result<void> EventFile::forEachRuleMessage(
    const std::function<void(int64_t, std::string_view)>& message) {
  Result<Statement> rows =
      connection_->prepare("SELECT rule_id, message FROM rule_messages LIMIT 20000");
  if (!rows) return waf::fail(rows.error());
  while (true) {
    const Result<bool> row = rows->step();
    if (!row) return waf::fail(row.error());
    if (!*row) return {};
    message(rows->number(0), rows->bytes(1));
  }
}

}  // namespace db
