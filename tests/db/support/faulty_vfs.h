#pragma once

#include <atomic>
#include <chrono>

struct sqlite3_vfs;

namespace db {

// Stands between SQLite and the disk for as long as it lives, for the whole process: every read and
// write can be made to fail, and every write to wait. One at a time; the fields may be set from any
// thread.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  std::atomic<int> write_failure{0};         // a result code of SQLite, 0 for none
  std::atomic<int> writes_until_failure{0};  // so many writes go through before it
  std::atomic<int> read_failure{0};          // likewise, of reads
  // Writes and syncs wait as long as it holds, each for kHeldTime at most.
  std::atomic<bool> held{false};
  std::atomic<int> waiting{0};  // of them
  std::atomic<uint64_t> writes{0};
  static constexpr std::chrono::seconds kHeldTime{30};

  int beforeWrite();

 private:
  sqlite3_vfs* vfs_;
};

}  // namespace db
