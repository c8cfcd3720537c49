// A copy of the system's VFS whose files carry the system's file behind them and its own methods:
// all are passed on but reads, writes, syncs and truncations.
#include "tests/db/support/faulty_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <thread>

namespace db {
namespace {

FaultyVfs* g_faults = nullptr;  // SQLite's callbacks carry no state of ours
sqlite3_vfs* g_system = nullptr;

struct File {
  sqlite3_file base;  // first, as SQLite asks
  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* systemOf(sqlite3_file* file) { return reinterpret_cast<File*>(file)->system(); }

int closeFile(sqlite3_file* file) { return systemOf(file)->pMethods->xClose(systemOf(file)); }
int readFile(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  const int fault = g_faults != nullptr ? g_faults->read_failure.load() : SQLITE_OK;
  if (fault != SQLITE_OK) return fault;
  return systemOf(file)->pMethods->xRead(systemOf(file), out, size, offset);
}
int writeFile(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int fault = g_faults != nullptr ? g_faults->beforeWrite() : SQLITE_OK;
  if (fault != SQLITE_OK) return fault;
  return systemOf(file)->pMethods->xWrite(systemOf(file), data, size, offset);
}
int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
  const int fault = g_faults != nullptr ? g_faults->beforeWrite() : SQLITE_OK;
  if (fault != SQLITE_OK) return fault;
  return systemOf(file)->pMethods->xTruncate(systemOf(file), size);
}
int syncFile(sqlite3_file* file, int flags) {
  const int fault = g_faults != nullptr ? g_faults->beforeWrite() : SQLITE_OK;
  if (fault != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  return systemOf(file)->pMethods->xSync(systemOf(file), flags);
}
int fileSize(sqlite3_file* file, sqlite3_int64* size) {
  return systemOf(file)->pMethods->xFileSize(systemOf(file), size);
}
int lockFile(sqlite3_file* file, int level) {
  return systemOf(file)->pMethods->xLock(systemOf(file), level);
}
int unlockFile(sqlite3_file* file, int level) {
  return systemOf(file)->pMethods->xUnlock(systemOf(file), level);
}
int checkReserved(sqlite3_file* file, int* out) {
  return systemOf(file)->pMethods->xCheckReservedLock(systemOf(file), out);
}
int fileControl(sqlite3_file* file, int what, void* argument) {
  return systemOf(file)->pMethods->xFileControl(systemOf(file), what, argument);
}
int sectorSize(sqlite3_file* file) { return systemOf(file)->pMethods->xSectorSize(systemOf(file)); }
int characteristics(sqlite3_file* file) {
  return systemOf(file)->pMethods->xDeviceCharacteristics(systemOf(file));
}
int shmMap(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return systemOf(file)->pMethods->xShmMap(systemOf(file), region, size, extend, out);
}
int shmLock(sqlite3_file* file, int offset, int count, int flags) {
  return systemOf(file)->pMethods->xShmLock(systemOf(file), offset, count, flags);
}
void shmBarrier(sqlite3_file* file) { systemOf(file)->pMethods->xShmBarrier(systemOf(file)); }
int shmUnmap(sqlite3_file* file, int remove) {
  return systemOf(file)->pMethods->xShmUnmap(systemOf(file), remove);
}

constexpr sqlite3_io_methods kMethods = {
    2,        closeFile,  readFile,      writeFile,   truncateFile, syncFile,        fileSize,
    lockFile, unlockFile, checkReserved, fileControl, sectorSize,   characteristics, shmMap,
    shmLock,  shmBarrier, shmUnmap,      nullptr,     nullptr};

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_file* system = systemOf(file);
  std::memset(system, 0, static_cast<size_t>(g_system->szOsFile));
  const int code = g_system->xOpen(g_system, name, system, flags, out_flags);
  file->pMethods = system->pMethods != nullptr ? &kMethods : nullptr;
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() {
  g_faults = this;
  g_system = sqlite3_vfs_find(nullptr);
  vfs_ = new sqlite3_vfs(*g_system);
  vfs_->zName = "faulty";
  vfs_->szOsFile = static_cast<int>(sizeof(File)) + g_system->szOsFile;
  vfs_->xOpen = openFile;
  sqlite3_vfs_register(vfs_, 1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(vfs_);
  sqlite3_vfs_register(g_system, 1);
  delete vfs_;
  g_faults = nullptr;
}

int FaultyVfs::beforeWrite() {
  writes.fetch_add(1);
  if (held.load()) {
    waiting.fetch_add(1);
    const auto until = std::chrono::steady_clock::now() + kHeldTime;
    while (held.load() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    waiting.fetch_sub(1);
  }
  if (write_failure.load() == 0 || writes_until_failure.fetch_sub(1) > 0) return SQLITE_OK;
  return write_failure.load();
}

}  // namespace db
