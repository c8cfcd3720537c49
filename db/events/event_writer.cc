#include "db/events/event_writer.h"

#include <Poco/Data/LOB.h>
#include <Poco/Data/Statement.h>
#include <sys/stat.h>

#include "db/events/event_schema.h"

namespace db {
namespace {

using Poco::Data::BLOB;
using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

constexpr uint64_t kMaxFileBytes = 1ull << 30;
constexpr uint64_t kMinFileBytes = 128u << 10;
constexpr int kMaxParts = 10000;

BLOB blob(const std::string& bytes) {
  return BLOB(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

// The rows of a batch as columns: Poco binds a vector per parameter and steps the statement once
// for each element.
struct Columns {
  std::vector<int64_t> sequences, times;
  std::vector<std::string> ids, sites, decisions, reasons, paths, searches;
  std::vector<BLOB> clients, records;
  std::vector<int64_t> rule_ids, rule_sequences;
  std::map<int64_t, std::string> messages;

  void add(EventRow row) {
    sequences.push_back(row.sequence);
    ids.push_back(std::move(row.id));
    times.push_back(row.time_us);
    sites.push_back(std::move(row.site));
    decisions.push_back(std::move(row.decision));
    reasons.push_back(std::move(row.reason));
    clients.push_back(blob(row.client));
    paths.push_back(std::move(row.path));
    searches.push_back(std::move(row.search));
    records.push_back(blob(row.record));
    for (auto& [id, message] : row.rules) {
      rule_ids.push_back(id);
      rule_sequences.push_back(row.sequence);
      messages[id] = std::move(message);
    }
  }
};

void insert(Session& session, Columns& rows, const std::map<std::string, int64_t>& positions) {
  // A sequence number that is there already is the same record. Not OR IGNORE: that would hide a
  // row which breaks another constraint.
  session << "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
             "ON CONFLICT (sequence) DO NOTHING",
      use(rows.sequences), use(rows.ids), use(rows.times), use(rows.sites), use(rows.decisions),
      use(rows.reasons), use(rows.clients), use(rows.paths), use(rows.searches), use(rows.records),
      now;
  if (!rows.rule_ids.empty()) {
    session << "INSERT INTO event_rules VALUES (?, ?) ON CONFLICT DO NOTHING", use(rows.rule_ids),
        use(rows.rule_sequences), now;
    std::vector<int64_t> ids;
    std::vector<std::string> messages;
    for (auto& [id, message] : rows.messages) {
      ids.push_back(id);
      messages.push_back(std::move(message));
    }
    session << "INSERT OR REPLACE INTO rule_messages VALUES (?, ?)", use(ids), use(messages), now;
  }
  for (const auto& [segment, end_offset] : positions) {
    session << "INSERT OR REPLACE INTO positions VALUES (?, ?)", bind(segment), bind(end_offset),
        now;
  }
}

}  // namespace

Result<void> EventWriter::write(std::span<const SpooledRecord> records) {
  if (records.empty()) return {};
  Result<void> opened = openCurrent();
  if (!opened) return opened;
  Columns rows;
  std::map<std::string, int64_t> positions;
  const waf::WallTime time = clock_.wall();
  for (const SpooledRecord& record : records) {
    rows.add(makeEventRow(record.sequence, record.line, time));
    int64_t& end = positions[std::string(record.segment)];
    end = std::max(end, static_cast<int64_t>(record.end_offset));
  }
  const Result<void> done = current_->transact([&](Session& session) -> Result<void> {
    insert(session, rows, positions);
    return {};
  });
  if (!done && done.error().code == ErrorCode::Corrupt) {
    // The damaged file stays for whoever can repair it; events go on in the next part.
    current_.reset();
    EventFileName next = current_name_;
    ++next.part;
    static_cast<void>(openPart(next));
  }
  return done;
}

uint64_t EventWriter::fileLimit() const {
  return std::min(kMaxFileBytes, std::max(limits_.limit_bytes / 8, kMinFileBytes));
}

Result<void> EventWriter::openCurrent() {
  EventFileName wanted{dateOf(clock_.wall()), 1};
  if (current_) {
    struct stat status {};
    const bool gone = ::stat(current_->path().c_str(), &status) != 0;
    // A clock that steps back goes on with the newer file, so that files stay in order.
    const bool same_day = wanted.date <= current_name_.date;
    if (!gone && same_day && eventFileBytes(folder_, current_name_) < fileLimit()) return {};
    if (!gone && same_day) {
      wanted = current_name_;
      ++wanted.part;
    }
    current_.reset();
    applyRetention();
    return openPart(wanted);
  }
  const std::vector<EventFileName> files = listEventFiles(folder_);
  if (!files.empty() && files.back() > wanted) wanted = files.back();
  if (eventFileBytes(folder_, wanted) >= fileLimit()) ++wanted.part;
  return openPart(wanted);
}

Result<void> EventWriter::openPart(EventFileName name) {
  for (; name.part < kMaxParts; ++name.part) {
    Result<std::unique_ptr<Database>> database =
        Database::open(folder_ + "/" + name.toString(), Database::Mode::Create);
    Result<void> ready = database ? Result<void>() : waf::fail(database.error());
    if (ready) {
      ready = (*database)->transact([](Session& session) -> Result<void> {
        int version = 0;
        session << "PRAGMA user_version", into(version), now;
        if (version == kEventSchemaVersion) return {};
        if (version != 0) {
          return waf::fail(ErrorCode::Corrupt, "db", "event file of another version");
        }
        executeScript(session, kEventSchema);
        session << "PRAGMA user_version = " + std::to_string(kEventSchemaVersion), now;
        return {};
      });
    }
    if (ready) {
      current_ = std::move(*database);
      current_name_ = name;
      return {};
    }
    if (ready.error().code != ErrorCode::Corrupt) return ready;
  }
  return waf::fail(ErrorCode::Exhausted, "db",
                   folder_ + ": no event file of today can be opened; move the damaged ones away");
}

EventWriter::Progress EventWriter::readProgress() const {
  Progress out;
  for (const EventFileName& name : listEventFiles(folder_)) {
    auto database = Database::open(folder_ + "/" + name.toString(), Database::Mode::MustExist);
    if (!database) continue;
    std::vector<std::string> segments;
    std::vector<int64_t> ends;
    int64_t last = 0;
    const Result<void> read = (*database)->run([&](Session& session) -> Result<void> {
      session << "SELECT segment, end_offset FROM positions", into(segments), into(ends), now;
      session << "SELECT COALESCE(MAX(sequence), 0) FROM events", into(last), now;
      return {};
    });
    if (!read) continue;
    for (size_t i = 0; i < segments.size(); ++i) {
      uint64_t& end = out.positions[segments[i]];
      end = std::max(end, static_cast<uint64_t>(ends[i]));
    }
    out.last_sequence = std::max(out.last_sequence, static_cast<uint64_t>(last));
  }
  return out;
}

void EventWriter::applyRetention() {
  const std::vector<EventFileName> files = listEventFiles(folder_);
  const int oldest_kept =
      dateOf(clock_.wall() - std::chrono::days(static_cast<int>(limits_.keep_days)));
  std::vector<uint64_t> sizes;
  uint64_t total = 0;
  for (const EventFileName& name : files) {
    sizes.push_back(eventFileBytes(folder_, name));
    total += sizes.back();
  }
  for (size_t i = 0; i < files.size(); ++i) {
    const bool written_to = current_ ? files[i] == current_name_ : i + 1 == files.size();
    const bool too_old = files[i].date < oldest_kept;
    if (written_to || (!too_old && total <= limits_.limit_bytes)) continue;
    removeEventFile(folder_, files[i]);
    total -= sizes[i];
  }
}

}  // namespace db
