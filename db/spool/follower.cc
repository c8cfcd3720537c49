#include "db/spool/follower.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "db/spool/spool.h"
#include "db/store/directory_lock.h"
#include "waf/base/text.h"

namespace db {

bool parseSegmentName(const std::string& name, std::string* instance, uint32_t* spool,
                      uint64_t* number) {
  if (!name.ends_with(".seg")) return false;
  const size_t last = name.rfind('-');
  if (last == std::string::npos || last == 0) return false;
  const size_t middle = name.rfind('-', last - 1);
  if (middle == std::string::npos || middle == 0) return false;
  uint64_t of_spool = 0;
  const std::string_view text = name;
  if (!waf::parseUint64(text.substr(middle + 1, last - middle - 1), &of_spool) ||
      of_spool > UINT32_MAX ||
      !waf::parseUint64(text.substr(last + 1, text.size() - last - 5), number)) {
    return false;
  }
  *instance = name.substr(0, middle);
  *spool = static_cast<uint32_t>(of_spool);
  return true;
}

std::string Follower::liveFile(const std::string& folder, const std::string& instance) {
  return folder + "/" + instance + ".live";
}

bool Follower::lives(const std::string& folder, const std::string& instance) {
  const std::string path = liveFile(folder, instance);
  if (::access(path.c_str(), F_OK) != 0) return false;
  const Result<DirectoryLock> lock = DirectoryLock::take(path);
  if (!lock) return lock.error().code == waf::ErrorCode::Conflict;
  ::unlink(path.c_str());  // of a process that was killed
  return false;
}

Follower::Follower(std::string folder, std::string instance,
                   std::map<std::string, uint64_t> positions)
    : folder_(std::move(folder)), instance_(std::move(instance)), positions_(std::move(positions)) {
  findSpools();
}

void Follower::findSpools() {
  for (const std::string& name : segmentNames(folder_)) {
    std::string instance;
    uint32_t spool = 0;
    uint64_t number = 0;
    if (!parseSegmentName(name, &instance, &spool, &number) || instance != instance_) continue;
    const auto known = std::find_if(readers_.begin(), readers_.end(),
                                    [&](const Reader& reader) { return reader.spool == spool; });
    if (known == readers_.end()) {
      Reader reader;
      reader.spool = spool;
      reader.number = number;
      readers_.push_back(std::move(reader));
    } else if (!known->segment && number < known->number) {
      known->number = number;
    }
  }
}

std::string Follower::segmentName(const Reader& reader) const {
  return makeSegmentName(instance_, reader.spool, reader.number);
}

bool Follower::openNext(Reader& reader) {
  Result<std::shared_ptr<Segment>> opened = Segment::openLeft(folder_, segmentName(reader));
  if (!opened) return false;
  reader.segment = std::move(*opened);
  reader.offset = Segment::kFirstOffset;
  const auto found = positions_.find(reader.segment->name());
  if (found != positions_.end()) reader.segment->setCommitted(found->second);
  return true;
}

// `last`: nobody appends any more, so what is not there will not come.
void Follower::scan(Reader& reader, bool last) {
  while (reader.segment || openNext(reader)) {
    Segment::Record record;
    const Segment::Next next = last ? reader.segment->readLeft(reader.offset, &record)
                                    : reader.segment->read(reader.offset, &record);
    if (next == Segment::Next::NotYet) return;
    if (next == Segment::Next::End) {
      reader.segment->finish(reader.offset);
      reader.segment.reset();
      ++reader.number;
      continue;
    }
    reader.offset = record.end_offset;
    pending_.emplace(record.sequence, RecordRef{reader.segment, record});
  }
}

std::vector<RecordRef> Follower::collect(waf::MonotonicTime now) {
  std::vector<RecordRef> out;
  if (done_ || now < next_) return out;
  next_ = now + kInterval;
  // Asked first: what a process that is gone now has left, it had published before.
  const bool last = !lives(folder_, instance_);
  const uint64_t known = pending_.empty() ? 0 : pending_.rbegin()->first;
  for (Reader& reader : readers_) scan(reader, last);
  while (!pending_.empty() && (last || pending_.begin()->first <= known)) {
    out.push_back(std::move(pending_.begin()->second));
    pending_.erase(pending_.begin());
  }
  done_ = last;
  return out;
}

}  // namespace db
