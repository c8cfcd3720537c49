#include "db/events/event_writer.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "db/events/event_inserter.h"
#include "db/events/event_schema.h"

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
  Result<void> opened = openCurrent();
  if (!opened) return opened;
  const Result<void> done = current_->insert(records, clock_.wall());
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
  current_ = std::move(*opened);
  current_name_ = name;
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
    const bool too_much =
        total > limits_.limit_bytes || freeBytes(folder_) < limits_.min_free_bytes;
    if (written_to || (!too_old && !too_much)) continue;
    removeEventFile(folder_, files[i]);
    total -= sizes[i];
  }
}

}  // namespace db
