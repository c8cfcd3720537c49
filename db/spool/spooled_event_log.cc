#include "db/spool/spooled_event_log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "db/events/record_scanner.h"
#include "db/sql/times.h"

// Life of a record: LoopSpool::append → Merger::collect → writeHeld (audit log) → CommitStage
// (event file). The segment is removed when both have passed its end. After a crash recoverRecords
// finds what is not in the event files (their positions) or not in the audit log (the offset in the
// segment, then the file's own last lines).
namespace db {
namespace {

using Clock = std::chrono::steady_clock;

// 1 GB of records that wait for the disk. Beyond it no segment is made: events must not take the
// disk's last byte.
constexpr size_t kMaxSegments = 256;
// Lines that the audit log does not take are held in up to this many segments; then they go to the
// store alone.
constexpr size_t kMaxHeldSegments = 64;
constexpr std::chrono::milliseconds kRetryDelay{200};
// Of a row of events each is not waited for by itself: being woken costs more than passing one on.
constexpr std::chrono::milliseconds kGatherDelay{1};

uint64_t countToCommit(const std::vector<RecordRef>& records) {
  return static_cast<uint64_t>(std::count_if(
      records.begin(), records.end(),
      [](const RecordRef& ref) { return ref.record.end_offset > ref.segment->committed(); }));
}

}  // namespace

SpooledEventLog::SpooledEventLog(DirectoryLock lock, std::shared_ptr<SpoolShared> shared,
                                 const std::string& events_folder, Left left,
                                 const waf::Clock& clock)
    : lock_(std::move(lock)),
      shared_(std::move(shared)),
      commit_(std::make_shared<CommitStage>(events_folder, clock)),
      merger_(shared_->next_sequence.load()),
      recovered_(std::move(left.recovered)),
      followed_(std::move(left.followed)),
      recovered_to_commit_(countToCommit(recovered_)),
      thread_([this] { run(); }) {
  static_cast<void>(markAlive());
}

SpooledEventLog::~SpooledEventLog() {
  stopping_.store(true);
  shared_->wake_up.signal();
  thread_.join();
  for (const std::shared_ptr<SpoolQueue>& queue : queues_) {
    const std::lock_guard lock(queue->mutex);
    if (queue->spare) queue->spare->discard();
    queue->spare.reset();
  }
  if (!live_) return;
  // While the lock is held: whoever finds the file gone knows that nothing is appended any more.
  ::unlink(Follower::liveFile(shared_->folder, shared_->instance).c_str());
}

Result<void> SpooledEventLog::markAlive() {
  if (live_) return {};
  Result<DirectoryLock> taken =
      DirectoryLock::take(Follower::liveFile(shared_->folder, shared_->instance));
  if (!taken) return waf::fail(taken.error());
  live_.emplace(std::move(*taken));
  return {};
}

std::shared_ptr<CommitStage> SpooledEventLog::commitStage() const {
  const std::lock_guard lock(mutex_);
  return commit_;
}

std::unique_ptr<EventSpool> SpooledEventLog::openSpool() {
  std::shared_ptr<SpoolQueue> queue;
  {
    const std::lock_guard lock(mutex_);
    queue = std::make_shared<SpoolQueue>(++spools_made_);
  }
  // Without room there is no segment yet: the merging thread tries again.
  static_cast<void>(makeSpare(*shared_, *queue));
  {
    const std::lock_guard lock(mutex_);
    new_queues_.push_back(queue);
  }
  shared_->wake_up.signal();
  return std::make_unique<LoopSpool>(shared_, queue);
}

void SpooledEventLog::configure(const AuditLogConfig& audit, const EventsConfig& events) {
  if (const auto commit = commitStage()) commit->setLimits(events);
  {
    const std::lock_guard lock(mutex_);
    new_audit_ = audit;
    configured_ = true;
    settings_changed_ = true;
  }
  shared_->wake_up.signal();
}

void SpooledEventLog::setSink(std::shared_ptr<EventSink> sink) {
  const std::lock_guard lock(mutex_);
  sink_ = std::move(sink);
}

void SpooledEventLog::offerToSink(const std::vector<RecordRef>& records) {
  if (records.empty()) return;
  std::shared_ptr<EventSink> sink;
  {
    const std::lock_guard lock(mutex_);
    sink = sink_;
  }
  if (!sink) return;
  for (const RecordRef& ref : records) sink->offer(ref.record.line);
}

void SpooledEventLog::reopenAuditFile() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  shared_->wake_up.signal();
}

EventLogStatus SpooledEventLog::status() const {
  EventLogStatus out;
  const uint64_t all = shared_->appended.load() + recovered_to_commit_ + followed_to_commit_.load();
  const auto commit = commitStage();
  out.lost_refusals = shared_->losses.refusals();
  out.lost = out.lost_refusals + shared_->losses.others();
  std::string commit_alarm;
  if (commit) {
    out.written = commit->written();
    out.backlog = all > out.written ? all - out.written : 0;
    out.index_lag = commit->indexLag();
    commit_alarm = commit->alarm();
  }
  const std::lock_guard lock(mutex_);
  for (const std::string* alarm :
       std::initializer_list<const std::string*>{&spare_alarm_, &commit_alarm, &audit_alarm_}) {
    if (alarm->empty()) continue;
    if (!out.alarm.empty()) out.alarm += "; ";
    out.alarm += *alarm;
  }
  return out;
}

bool SpooledEventLog::flush(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const uint64_t target = shared_->appended.load();
  const uint64_t followed_audit = followed_to_audit_.load();
  const uint64_t followed_commit = followed_to_commit_.load();
  const auto commit = commitStage();
  if (!commit) return true;  // another process's business
  {
    std::unique_lock lock(mutex_);
    release_ = true;
    shared_->wake_up.signal();
    const bool passed = progress_.wait_until(lock, deadline, [&] {
      return recovered_done_ && passed_audit_ >= target + followed_audit;
    });
    if (!passed) return false;
  }
  commit->hurry();
  return commit->waitForWritten(target + recovered_to_commit_ + followed_commit, deadline);
}

Result<void> SpooledEventLog::handOver(std::chrono::milliseconds timeout) {
  // Without it the other process would take what it finds for all that there is.
  const Result<void> marked = markAlive();
  if (!marked) return marked;
  static_cast<void>(flush(timeout));
  std::shared_ptr<CommitStage> commit;
  {
    std::unique_lock lock(mutex_);
    hand_over_ = true;
    shared_->wake_up.signal();
    progress_.wait(lock, [this] { return handed_over_; });
    commit.swap(commit_);
  }
  // What a status call still holds of it ends with that call.
  while (commit.use_count() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  commit.reset();
  lock_.reset();
  return {};
}

// The merging thread's last act as such: what it has not passed on stays in the segments, whose
// files tell how far it came.
void SpooledEventLog::letGo() {
  while (passOn()) {
  }
  let_go_ = true;
  merger_ = Merger(0);
  held_.clear();
  followed_.clear();
  const std::lock_guard lock(mutex_);
  handed_over_ = true;
  progress_.notify_all();
}

// After that: spares are made, and nobody is woken by an append, since another process looks for
// it.
void SpooledEventLog::workAlone() {
  static_cast<void>(takeSettings());
  for (const std::shared_ptr<SpoolQueue>& queue : queues_) {
    const std::lock_guard lock(queue->mutex);
    queue->segments.clear();
  }
  makeSpares();
  shared_->wake_up.wait(static_cast<int>(Follower::kInterval.count()));
}

void SpooledEventLog::run() {
  while (true) {
    if (let_go_) {
      if (stopping_.load()) return;
      workAlone();
      continue;
    }
    if (work()) {
      std::this_thread::sleep_for(kGatherDelay);
      continue;
    }
    if (stopping_.load() && !merger_.isWaiting()) return;
    shared_->wake_up.prepare();
    if (work() || (stopping_.load() && !merger_.isWaiting())) {
      shared_->wake_up.cancel();
      continue;
    }
    shared_->wake_up.wait(timeoutMs());
  }
}

int SpooledEventLog::timeoutMs() const {
  if (merger_.isWaiting()) return 1;
  if (!followed_.empty()) return static_cast<int>(Follower::kInterval.count());
  if (!held_.empty() || spare_missing_) return static_cast<int>(kRetryDelay.count());
  return -1;
}

bool SpooledEventLog::work() {
  if (!let_go_ && handOverWanted()) letGo();
  if (let_go_) return true;
  return passOn();
}

bool SpooledEventLog::handOverWanted() const {
  const std::lock_guard lock(mutex_);
  return hand_over_;
}

bool SpooledEventLog::passOn() {
  static_cast<void>(takeSettings());
  makeSpares();
  std::vector<RecordRef> records = merger_.collect(Clock::now());
  // Once more: what was appended after a change of the settings is subject to it.
  const bool may_recover = takeSettings() || stopping_.load();
  bool recovered = false;
  if (!recovered_done_ && (may_recover || !records.empty())) {
    processRecovered();
    recovered = true;
  }
  held_.insert(held_.end(), records.begin(), records.end());
  std::vector<RecordRef> followed = follow();
  offerToSink(records);
  const size_t held = held_.size();
  if (held > 0) writeHeld();
  const bool did = recovered || !records.empty() || !followed.empty() || held_.size() < held;
  // After the audit log: what is committed and not held is then in both.
  records.insert(records.end(), followed.begin(), followed.end());
  if (!records.empty()) commit_->push(std::move(records));
  if (held_.size() < held) {
    const std::lock_guard lock(mutex_);
    passed_audit_ += held - held_.size();
    progress_.notify_all();
  }
  return did;
}

// What other processes appended: those that are not in the audit log are held, those that are not
// in the store are returned.
std::vector<RecordRef> SpooledEventLog::follow() {
  std::vector<RecordRef> to_commit;
  if (!recovered_done_) return to_commit;  // the audit file is not known yet
  std::vector<RecordRef> to_offer;
  for (Follower& follower : followed_) {
    for (RecordRef& ref : follower.collect(Clock::now())) {
      const bool audited = ref.record.end_offset <= ref.segment->audited();
      const bool committed = ref.record.end_offset <= ref.segment->committed();
      if (!audited) {
        followed_to_audit_.fetch_add(1);
        held_.push_back(ref);
        to_offer.push_back(ref);
      }
      if (committed) continue;
      followed_to_commit_.fetch_add(1);
      to_commit.push_back(std::move(ref));
    }
  }
  std::erase_if(followed_, [](const Follower& follower) { return follower.done(); });
  offerToSink(to_offer);
  return to_commit;
}

bool SpooledEventLog::takeSettings() {
  const std::lock_guard lock(mutex_);
  for (std::shared_ptr<SpoolQueue>& queue : new_queues_) {
    merger_.add(queue);
    queues_.push_back(std::move(queue));
  }
  new_queues_.clear();
  if (settings_changed_) {
    settings_ = new_audit_;
    file_.setPath(settings_.mode == "off" ? "" : settings_.file);
    next_audit_try_ = {};
    settings_changed_ = false;
    if (!file_.enabled()) audit_alarm_.clear();
  }
  if (reopen_) file_.reopen();
  reopen_ = false;
  return configured_ || release_;
}

void SpooledEventLog::setAlarm(std::string SpooledEventLog::*alarm, const std::string& text) {
  const std::lock_guard lock(mutex_);
  this->*alarm = text;
}

void SpooledEventLog::makeSpares() {
  if (spare_missing_ && Clock::now() < next_spare_try_) return;
  std::erase_if(queues_, [](const std::shared_ptr<SpoolQueue>& queue) {
    const std::lock_guard lock(queue->mutex);
    return queue->closed && queue->segments.empty();
  });
  std::vector<std::shared_ptr<SpoolQueue>> without;
  segments_alive_ = 0;
  for (const std::shared_ptr<SpoolQueue>& queue : queues_) {
    const std::lock_guard lock(queue->mutex);
    std::erase_if(queue->alive, [](const auto& segment) { return segment.expired(); });
    segments_alive_ += queue->alive.size();
    if (!queue->spare && !queue->closed) without.push_back(queue);
  }
  if (without.empty() && !spare_missing_) return;
  if (let_go_) segments_alive_ = ownSegments();
  std::string alarm;
  for (const std::shared_ptr<SpoolQueue>& queue : without) {
    if (++segments_alive_ > kMaxSegments) {
      alarm = "events cannot be recorded: 1 GB of them waits in the spool for the store";
      break;
    }
    const Result<void> made = makeSpare(*shared_, *queue);
    if (!made) alarm = "no room to record events: " + made.error().message;
    if (!made) break;
  }
  spare_missing_ = !alarm.empty();
  next_spare_try_ = Clock::now() + kRetryDelay;
  setAlarm(&SpooledEventLog::spare_alarm_, alarm);
}

// Those that the other process has not done with, too.
size_t SpooledEventLog::ownSegments() const {
  const std::vector<std::string> names = segmentNames(shared_->folder);
  return static_cast<size_t>(std::count_if(
      names.begin(), names.end(),
      [this](const std::string& name) { return name.starts_with(shared_->instance + "-"); }));
}

bool SpooledEventLog::wanted(std::string_view line) const {
  return settings_.mode == "all" || !isOrdinary(line);
}

void SpooledEventLog::passAudit(const RecordRef& ref) {
  ref.segment->setAudited(ref.record.end_offset);
}

void SpooledEventLog::writeHeld() {
  if (!file_.enabled()) {
    for (const RecordRef& ref : held_) passAudit(ref);
    held_.clear();
    return;
  }
  if (Clock::now() < next_audit_try_ && segments_alive_ < kMaxHeldSegments && !stopping_.load())
    return;
  Result<void> written = file_.prepare();
  while (written && !held_.empty()) {
    if (wanted(held_.front().record.line)) written = file_.append(held_.front().record.line);
    if (!written) break;
    passAudit(held_.front());
    held_.pop_front();
  }
  if (written) {
    next_audit_try_ = {};
    setAlarm(&SpooledEventLog::audit_alarm_,
             lines_missing_ == 0 ? ""
                                 : std::to_string(lines_missing_) +
                                       " lines are missing in the audit log (it could not be "
                                       "written); the events are in the store");
    return;
  }
  next_audit_try_ = Clock::now() + kRetryDelay;
  if (segments_alive_ >= kMaxHeldSegments) {
    lines_missing_ += held_.size();
    for (const RecordRef& ref : held_) passAudit(ref);
    held_.clear();
  }
  setAlarm(&SpooledEventLog::audit_alarm_, written.error().message);
}

void SpooledEventLog::processRecovered() {
  std::vector<RecordRef> to_commit;
  std::vector<const RecordRef*> to_audit;
  std::vector<std::string_view> lines;
  for (const RecordRef& ref : recovered_) {
    if (ref.record.end_offset > ref.segment->committed()) to_commit.push_back(ref);
    if (ref.record.end_offset <= ref.segment->audited() || !wanted(ref.record.line)) continue;
    to_audit.push_back(&ref);
    lines.push_back(ref.record.line);
  }
  if (file_.enabled() && !recovered_.empty()) {
    size_t written = 0;
    Result<void> done = file_.prepare();
    if (done) {
      done = file_.resume(lines, [&](size_t i) {
        passAudit(*to_audit[i]);
        written = i + 1;
      });
    }
    if (!done) lines_missing_ += lines.size() - written;
  }
  for (const RecordRef& ref : recovered_) passAudit(ref);
  if (!to_commit.empty()) commit_->push(std::move(to_commit));
  recovered_.clear();
  const std::lock_guard lock(mutex_);
  recovered_done_ = true;
  progress_.notify_all();
}

Result<std::unique_ptr<EventLog>> EventLog::open(const std::string& data_dir,
                                                 const waf::Clock& clock) {
  const std::string spool_folder = data_dir + "/spool";
  const std::string events_folder = data_dir + "/events";
  for (const std::string& folder : {data_dir, spool_folder, events_folder}) {
    const Result<void> made = makeDirectory(folder);
    if (!made) return waf::fail(made.error());
  }
  Result<DirectoryLock> lock = DirectoryLock::take(spool_folder + "/lock");
  if (!lock) return waf::fail(lock.error());

  const EventWriter::Progress progress = EventWriter(events_folder, clock).readProgress();
  const std::set<std::string> alive = findLiving(spool_folder);
  SpooledEventLog::Left left;
  left.recovered = recoverRecords(spool_folder, progress.positions, alive);
  for (const std::string& instance : alive) {
    left.followed.emplace_back(spool_folder, instance, progress.positions);
  }

  auto shared = std::make_shared<SpoolShared>(spool_folder);
  const int64_t now = toMicroseconds(clock.wall());
  char instance[64];
  std::snprintf(instance, sizeof instance, "%llx-%d-%llx",
                static_cast<unsigned long long>(toMicroseconds(waf::Clock::system().wall())),
                static_cast<int>(::getpid()),
                static_cast<unsigned long long>(progress.last_sequence));
  shared->instance = instance;
  // Above all that was ever given out: above what is stored, and, should the event files be gone,
  // above the number that any earlier process can have reached (fewer than a million events a
  // second).
  uint64_t first =
      std::max(static_cast<uint64_t>(std::max<int64_t>(now, 0)), progress.last_sequence + 1);
  if (!left.recovered.empty()) {
    first = std::max(first, left.recovered.back().record.sequence + 1);
  }
  shared->next_sequence.store(first);
  return std::unique_ptr<EventLog>(std::make_unique<SpooledEventLog>(
      std::move(*lock), std::move(shared), events_folder, std::move(left), clock));
}

}  // namespace db
