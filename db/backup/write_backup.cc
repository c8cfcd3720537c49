// In the sealed file: for each file "F", the length of its name (u16), its size (u64), the name,
// the bytes; "E" at the end. Numbers are little endian.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "db/backup/backup.h"
#include "db/backup/backup_files.h"
#include "db/backup/scratch_copy.h"
#include "db/backup/sealed_file.h"
#include "db/store/file.h"

namespace db {
namespace {

using waf::ErrorCode;

std::string littleEndian(uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
  return out;
}

Result<uint64_t> addFile(SealedWriter& out, const std::string& name, const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return systemError(path, errno);
  auto left = static_cast<uint64_t>(status.st_size);
  Result<void> done = out.write("F" + littleEndian(name.size(), 2) + littleEndian(left, 8) + name);
  std::string buffer(256u << 10, '\0');
  while (done && left > 0) {
    const ssize_t count =
        ::read(file.get(), buffer.data(), std::min<uint64_t>(buffer.size(), left));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError(path, errno);
    if (count == 0) {
      return waf::fail(ErrorCode::Unavailable, "backup",
                       path + ": shrank while it was read; try again");
    }
    left -= static_cast<uint64_t>(count);
    done = out.write(std::string_view(buffer.data(), static_cast<size_t>(count)));
  }
  if (!done) return waf::fail(done.error());
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace

Result<BackupSummary> writeBackup(const std::string& data_dir, const std::string& path,
                                  const BackupOptions& options) {
  const Result<std::vector<std::string>> names = listBackupFiles(data_dir, options.events);
  if (!names) return waf::fail(names.error());
  if (names->empty() || names->front() != "portcullis.db") {
    return waf::fail(
        ErrorCode::NotFound, "backup",
        data_dir + "/portcullis.db: does not exist; name the data directory with --data");
  }
  Result<SealedWriter> out = SealedWriter::create(path, options.passphrase);
  if (!out) return waf::fail(out.error());
  // In the data directory: there is room for a database, and nobody else may look in.
  Result<ScratchCopy> copy = ScratchCopy::make(data_dir);
  if (!copy) return waf::fail(copy.error());
  BackupSummary summary;
  for (const std::string& name : *names) {
    std::string source = data_dir + "/" + name;
    if (isDatabaseName(name)) {
      Result<void> copied = copy->clear();
      if (copied) copied = copyDatabase(source, copy->path());
      // Retention took it away in the meantime: the copy is of nothing, whole or not.
      if (!std::filesystem::exists(source)) continue;
      if (!copied) return waf::fail(copied.error());
      source = copy->path();
    }
    const Result<uint64_t> size = addFile(*out, name, source);
    if (!size) return waf::fail(size.error());
    ++summary.files;
    summary.bytes += *size;
  }
  Result<void> done = out->write("E");
  if (done) done = out->finish();
  if (!done) return waf::fail(done.error());
  return summary;
}

}  // namespace db
