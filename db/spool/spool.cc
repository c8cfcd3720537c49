#include "db/spool/spool.h"

#include <dirent.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdio>

namespace db {
namespace {

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

WakeUp::WakeUp() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void WakeUp::signal() {
  if (!sleeping_.load() || !sleeping_.exchange(false)) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

void WakeUp::wait(int timeout_ms) {
  pollfd entry{event_.get(), POLLIN, 0};
  ::poll(&entry, 1, timeout_ms);
  sleeping_.store(false);
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(event_.get(), &count, sizeof count);
}

LoopSpool::~LoopSpool() {
  if (current_) current_->seal();
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->closed = true;
    if (queue_->spare) queue_->spare->discard();
    queue_->spare.reset();
  }
  shared_->wake_up.signal();
}

bool LoopSpool::append(std::string_view line, bool refusal) {
  bool done = current_ && current_->append(line, refusal, shared_->next_sequence);
  if (!done && line.size() <= Segment::kMaxLine && nextSegment()) {
    done = current_->append(line, refusal, shared_->next_sequence);
  }
  if (done) {
    shared_->appended.fetch_add(1);
  } else {
    shared_->losses.add(refusal);
  }
  shared_->wake_up.signal();
  return done;
}

bool LoopSpool::nextSegment() {
  const std::lock_guard lock(queue_->mutex);
  if (!queue_->spare) return false;
  if (current_) current_->seal();
  current_ = std::move(queue_->spare);
  queue_->spare.reset();
  queue_->segments.push_back(current_);
  return true;
}

std::string makeSegmentName(const std::string& instance, uint32_t spool, uint64_t number) {
  char name[96];
  std::snprintf(name, sizeof name, "%s-%04u-%08llu.seg", instance.c_str(), spool,
                static_cast<unsigned long long>(number));
  return name;
}

std::vector<std::string> segmentNames(const std::string& folder) {
  std::vector<std::string> out;
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(folder.c_str()));
  if (!directory) return out;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string name = entry->d_name;
    if (name.size() > 4 && name.ends_with(".seg")) out.push_back(std::move(name));
  }
  return out;
}

Result<void> makeSpare(const SpoolShared& shared, SpoolQueue& queue) {
  Result<std::shared_ptr<Segment>> segment = Segment::create(
      shared.folder, makeSegmentName(shared.instance, queue.number, ++queue.segments_made));
  if (!segment) return waf::fail(segment.error());
  const std::lock_guard lock(queue.mutex);
  if (queue.closed) {
    (*segment)->discard();
  } else {
    queue.alive.push_back(*segment);
    queue.spare = std::move(*segment);
  }
  return {};
}

}  // namespace db
