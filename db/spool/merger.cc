#include "db/spool/merger.h"

#include <unistd.h>

#include <algorithm>

#include "db/spool/follower.h"

namespace db {
namespace {

constexpr std::chrono::milliseconds kLongestGap{2};
constexpr size_t kMaxPending = 100000;

}  // namespace

bool Merger::nextSegment(Reader& reader) {
  const std::lock_guard lock(reader.queue->mutex);
  if (reader.queue->segments.empty()) {
    reader.done = reader.queue->closed;
    return false;
  }
  reader.segment = std::move(reader.queue->segments.front());
  reader.queue->segments.pop_front();
  reader.offset = Segment::kFirstOffset;
  return true;
}

void Merger::scan(Reader& reader) {
  while (pending_.size() < kMaxPending) {
    if (!reader.segment && !nextSegment(reader)) return;
    Segment::Record record;
    const Segment::Next next = reader.segment->read(reader.offset, &record);
    if (next == Segment::Next::NotYet) return;
    if (next == Segment::Next::End) {
      reader.segment->finish(reader.offset);
      reader.segment.reset();
      continue;
    }
    reader.offset = record.end_offset;
    pending_.emplace(record.sequence, RecordRef{reader.segment, record});
  }
}

std::vector<RecordRef> Merger::collect(waf::MonotonicTime now) {
  for (Reader& reader : readers_) scan(reader);
  std::erase_if(readers_, [](const Reader& reader) { return reader.done; });

  std::vector<RecordRef> out;
  const auto takeInOrder = [&] {
    while (!pending_.empty() && pending_.begin()->first <= expected_) {
      expected_ = std::max(expected_, pending_.begin()->first + 1);
      out.push_back(std::move(pending_.begin()->second));
      pending_.erase(pending_.begin());
    }
  };
  takeInOrder();
  if (pending_.empty() || !out.empty()) {
    gap_since_ = {};
    return out;
  }
  if (gap_since_ == waf::MonotonicTime{}) {
    gap_since_ = now;
  } else if (now - gap_since_ >= kLongestGap) {
    gap_since_ = {};
    expected_ = pending_.begin()->first;
    takeInOrder();
  }
  return out;
}

std::vector<RecordRef> recoverRecords(const std::string& folder,
                                      const std::map<std::string, uint64_t>& positions,
                                      const std::set<std::string>& alive) {
  std::vector<RecordRef> out;
  for (const std::string& name : segmentNames(folder)) {
    std::string instance;
    uint32_t spool = 0;
    uint64_t number = 0;
    if (parseSegmentName(name, &instance, &spool, &number) && alive.count(instance) != 0) continue;
    Result<std::shared_ptr<Segment>> opened = Segment::openLeft(folder, name);
    if (!opened) {
      if (opened.error().code == waf::ErrorCode::Corrupt) ::unlink((folder + "/" + name).c_str());
      continue;
    }
    const std::shared_ptr<Segment> segment = std::move(*opened);
    const auto found = positions.find(name);
    const uint64_t committed = found == positions.end() ? Segment::kFirstOffset : found->second;
    const uint64_t needed_from = std::min(committed, segment->audited());
    uint64_t offset = Segment::kFirstOffset;
    Segment::Record record;
    // From the beginning, since every record must be whole for the next to be found.
    while (segment->readLeft(offset, &record) == Segment::Next::Record) {
      offset = record.end_offset;
      if (offset > needed_from) out.push_back({segment, record});
    }
    segment->setCommitted(std::min(committed, offset));
    segment->finish(offset);
  }
  std::sort(out.begin(), out.end(), [](const RecordRef& a, const RecordRef& b) {
    return a.record.sequence < b.record.sequence;
  });
  return out;
}

std::set<std::string> findLiving(const std::string& folder) {
  std::set<std::string> instances;
  for (const std::string& name : segmentNames(folder)) {
    std::string instance;
    uint32_t spool = 0;
    uint64_t number = 0;
    if (parseSegmentName(name, &instance, &spool, &number)) instances.insert(instance);
  }
  std::erase_if(instances,
                [&](const std::string& instance) { return !Follower::lives(folder, instance); });
  return instances;
}

}  // namespace db
