#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "db/spool/merger.h"
#include "db/spool/segment.h"

namespace db {

// Reads the spools of another process that still appends to them: one that handed over to this one
// (binary upgrade) and finishes its connections. Each process holds a lock on <instance>.live for
// as long as it lives, so its end, in order or by kill -9, shows; what is left then is read to the
// end and its files are removed. Used by the merging thread.
class Follower {
 public:
  static constexpr std::chrono::milliseconds kInterval{20};

  // `positions` tells how far each segment was committed.
  Follower(std::string folder, std::string instance, std::map<std::string, uint64_t> positions);

  // Once each kInterval at most: the next records, in the order of their sequence numbers, those
  // that are committed or in the audit log already among them. They come one interval late, so that
  // none of a lower number is still on its way.
  std::vector<RecordRef> collect(waf::MonotonicTime now);
  // The process is gone and everything was collected.
  bool done() const { return done_; }

  // What the name of the file is that the process holds.
  static std::string liveFile(const std::string& folder, const std::string& instance);
  static bool lives(const std::string& folder, const std::string& instance);

 private:
  struct Reader {
    uint32_t spool = 0;
    uint64_t number = 0;  // of the segment that is read, or comes next
    std::shared_ptr<Segment> segment;
    uint64_t offset = Segment::kFirstOffset;
  };

  void findSpools();
  bool openNext(Reader& reader);
  void scan(Reader& reader, bool last);
  std::string segmentName(const Reader& reader) const;

  std::string folder_;
  std::string instance_;
  std::map<std::string, uint64_t> positions_;
  std::vector<Reader> readers_;
  std::map<uint64_t, RecordRef> pending_;
  waf::MonotonicTime next_{};
  bool done_ = false;
};

// "5f3a-12-0-0001-00000007.seg": which process, which of its spools, which segment. False for other
// names.
bool parseSegmentName(const std::string& name, std::string* instance, uint32_t* spool,
                      uint64_t* number);

}  // namespace db
