#include "db/events/event_writer.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "db/events/event_inserter.h"
#include "db/events/event_schema.h"
#include "db/events/record_scanner.h"

namespace db {
namespace {

using waf::ErrorCode;

constexpr uint64_t kMaxFileBytes = 1ull << 30;
constexpr uint64_t kMinFileBytes = 128u << 10;
constexpr int kMaxParts = 10000;

// Of the file system, for those who are not root; all when it cannot be told.
uint64_t freeBytes(const std::string& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) return UINT64_MAX;
  return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace

EventWriter::EventWriter(std::string folder, const waf::Clock& clock)
    : folder_(std::move(folder)), clock_(clock) {}

EventWriter::~EventWriter() = default;

Result<void> EventWriter::write(std::span<const SpooledRecord> records) {
  if (records.empty()) return {};
  std::vector<SpooledRecord> events;
  std::vector<SpooledRecord> ordinary;
  for (const SpooledRecord& record : records) {
    (isOrdinary(record.line) ? ordinary : events).push_back(record);
  }
  const Result<void> done =
      ordinary.empty() ? Result<void>() : insert(EventKind::Ordinary, ordinary, {});
  return done ? insert(EventKind::Event, events, records) : done;
}

Result<void> EventWriter::insert(EventKind kind, std::span<const SpooledRecord> records,
                                 std::span<const SpooledRecord> positions) {
  Result<void> opened = openCurrent(kind);
  if (!opened) return opened;
  Current& current = currentOf(kind);
  const Result<void> done = current.inserter->insert(records, positions, clock_.wall());
  if (!done && done.error().code == ErrorCode::Corrupt) {
    // The damaged file stays for whoever can repair it; events go on in the
    // next part.
    current.inserter.reset();
    EventFileName next = current.name;
    ++next.part;
    static_cast<void>(openPart(next));
  }
  return done;
}

uint64_t EventWriter::fileLimit(EventKind kind) const {
  const uint64_t budget =
      kind == EventKind::Ordinary ? limits_.ordinary_limit_bytes : limits_.limit_bytes;
  return std::min(kMaxFileBytes, std::max(budget / 8, kMinFileBytes));
}

Result<void> EventWriter::openCurrent(EventKind kind) {
  Current& current = currentOf(kind);
  EventFileName wanted{dateOf(clock_.wall()), 1, kind};
  if (current.inserter) {
    struct stat status {};
    const bool gone = ::stat(current.inserter->path().c_str(), &status) != 0;
    // A clock that steps back goes on with the newer file, so that files stay
    // in order.
    const bool same_day = wanted.date <= current.name.date;
    if (!gone && same_day && eventFileBytes(folder_, current.name) < fileLimit(kind)) return {};
    if (!gone && same_day) {
      wanted = current.name;
      ++wanted.part;
    }
    current.inserter.reset();
    applyRetention();
    return openPart(wanted);
  }
  const std::vector<EventFileName> files = listEventFiles(folder_, kind);
  if (!files.empty() && files.back() > wanted) wanted = files.back();
  if (eventFileBytes(folder_, wanted) >= fileLimit(kind)) ++wanted.part;
  return openPart(wanted);
}

Result<void> EventWriter::openPart(EventFileName name) {
  for (; name.part < kMaxParts; ++name.part) {
    const Result<void> opened = openFile(name);
    if (opened || opened.error().code != ErrorCode::Corrupt) return opened;
  }
  return waf::fail(ErrorCode::Exhausted, "db",
                   folder_ + ": no event file of today can be opened; move the damaged ones away");
}

Result<void> EventWriter::openFile(const EventFileName& name) {
  Result<std::unique_ptr<EventInserter>> opened =
      EventInserter::open(folder_ + "/" + name.toString());
  if (!opened) return waf::fail(opened.error());
  currentOf(name.kind) = {std::move(*opened), name};
  return {};
}

EventWriter::Progress EventWriter::readProgress() const {
  Progress out;
  for (const EventFileName& name : listEventFiles(folder_)) {
    auto file = Connection::open(folder_ + "/" + name.toString(), {.mode = Connection::Mode::Read});
    if (!file) continue;
    Result<Statement> positions = (*file)->prepare("SELECT segment, end_offset FROM positions");
    if (!positions) continue;
    while (true) {
      const Result<bool> row = positions->step();
      if (!row || !*row) break;
      uint64_t& end = out.positions[std::string(positions->bytes(0))];
      end = std::max(end, static_cast<uint64_t>(positions->number(1)));
    }
    const Result<int64_t> last = (*file)->number("SELECT MAX(sequence) FROM events");
    if (last) out.last_sequence = std::max(out.last_sequence, static_cast<uint64_t>(*last));
  }
  return out;
}

void EventWriter::applyRetention() {
  applyRetention(EventKind::Ordinary);
  applyRetention(EventKind::Event);
}

void EventWriter::applyRetention(EventKind kind) {
  const bool ordinary = kind == EventKind::Ordinary;
  const uint32_t keep_days = ordinary ? limits_.ordinary_keep_days : limits_.keep_days;
  const uint64_t budget = ordinary ? limits_.ordinary_limit_bytes : limits_.limit_bytes;
  const std::vector<EventFileName> files = listEventFiles(folder_, kind);
  const int oldest_kept = dateOf(clock_.wall() - std::chrono::days(static_cast<int>(keep_days)));
  std::vector<uint64_t> sizes;
  uint64_t total = 0;
  for (const EventFileName& name : files) {
    sizes.push_back(eventFileBytes(folder_, name));
    total += sizes.back();
  }
  const Current& current = currentOf(kind);
  for (size_t i = 0; i < files.size(); ++i) {
    const bool written_to = current.inserter ? files[i] == current.name : i + 1 == files.size();
    const bool too_old = files[i].date < oldest_kept;
    const bool too_much = total > budget || freeBytes(folder_) < limits_.min_free_bytes;
    if (written_to || (!too_old && !too_much)) continue;
    removeEventFile(folder_, files[i]);
    total -= sizes[i];
  }
}

}  // namespace db
