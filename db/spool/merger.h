#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "db/spool/segment.h"
#include "db/spool/spool.h"
#include "waf/base/clock.h"

namespace db {

// A record in its segment, which it keeps mapped.
struct RecordRef {
  std::shared_ptr<Segment> segment;
  Segment::Record record;
};

// Brings the records of all spools into the order of their sequence numbers. Used by one thread.
//
// A number is taken just before its record is published, so a missing one is a record that is being
// written at this moment. It is waited for, but not longer than two milliseconds: its append has
// not returned yet, hence its response is not released and nobody can have expected it before the
// others.
class Merger {
 public:
  explicit Merger(uint64_t first_sequence) : expected_(first_sequence) {}

  void add(std::shared_ptr<SpoolQueue> queue) { readers_.push_back({std::move(queue), {}}); }

  // The next records in order; empty when there is nothing, or only a gap (isWaiting).
  std::vector<RecordRef> collect(waf::MonotonicTime now);
  bool isWaiting() const { return !pending_.empty(); }

 private:
  struct Reader {
    std::shared_ptr<SpoolQueue> queue;
    std::shared_ptr<Segment> segment;
    uint64_t offset = Segment::kFirstOffset;
    bool done = false;
  };

  void scan(Reader& reader);
  static bool nextSegment(Reader& reader);

  std::vector<Reader> readers_;
  std::map<uint64_t, RecordRef> pending_;
  uint64_t expected_;
  waf::MonotonicTime gap_since_{};
};

// Everything that earlier processes left in the folder and that is not yet both committed and in
// the audit log, in order. `positions` tells how far each segment was committed. Segments that hold
// nothing more are removed. Those of the instances in `alive` are left alone: Follower reads them.
std::vector<RecordRef> recoverRecords(const std::string& folder,
                                      const std::map<std::string, uint64_t>& positions,
                                      const std::set<std::string>& alive);

// The instances whose processes still append to the folder's spools.
std::set<std::string> findLiving(const std::string& folder);

}  // namespace db
