#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace db {

using waf::Result;

// A file of the spool: allocated in full beforehand and mapped, so that a record that was appended
// is in the page cache, outlives the process and cannot meet a full disk. One thread appends,
// others read what was published; the file is removed when its records are both in the audit log
// and in the store.
class Segment {
 public:
  static constexpr size_t kBytes = 4u << 20;
  static constexpr size_t kMaxLine = 2u << 20;
  static constexpr uint64_t kFirstOffset = 64;

  static Result<std::shared_ptr<Segment>> create(const std::string& folder, std::string name);
  // One that an earlier process left; what is behind the last whole record is ignored.
  static Result<std::shared_ptr<Segment>> openLeft(const std::string& folder, std::string name);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const std::string& name() const { return name_; }

  // Takes the number from `next_sequence` once it is certain that the line fits; false when it does
  // not.
  bool append(std::string_view line, bool refusal, std::atomic<uint64_t>& next_sequence);
  // No append will follow.
  void seal();

  struct Record {
    std::string_view line;  // valid as long as the segment
    uint64_t sequence = 0;
    bool refusal = false;
    uint64_t end_offset = 0;
  };
  enum class Next { Record, NotYet, End };
  // The record at `offset`, which is kFirstOffset or an end_offset. On End the reader calls
  // finish(offset).
  Next read(uint64_t offset, Record* out) const;
  // As read, but a damaged record and a place where nothing was published are the End.
  Next readLeft(uint64_t offset, Record* out) const;

  // The two consumers' progress, which for the audit log never goes back, and the reader's word
  // that nothing follows `end`. Whoever is last removes the file.
  void setAudited(uint64_t end_offset);
  void setCommitted(uint64_t end_offset);
  void finish(uint64_t end);
  // Survives the process: where the audit log of the earlier one ended.
  uint64_t audited() const;
  uint64_t committed() const { return committed_.load(); }

  // A spare that was never used.
  void discard();

 private:
  Segment(std::string path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

  Result<void> map(int fd);
  void populate(uint64_t end);
  void removeWhenDone();
  std::atomic_ref<uint32_t> lengthAt(uint64_t offset) const;
  std::atomic_ref<uint64_t> auditedField() const;

  std::string path_;
  std::string name_;
  char* memory_ = nullptr;
  uint64_t write_offset_ = kFirstOffset;  // the appending thread's, as the next
  uint64_t populated_ = 0;
  std::atomic<uint64_t> committed_{kFirstOffset};
  std::atomic<uint64_t> end_{UINT64_MAX};
  std::atomic<bool> removed_{false};
};

}  // namespace db
