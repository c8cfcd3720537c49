// magic 20 | 0x00 in clear or 0x01 encrypted | salt 16 | chunks.
// A chunk is: length u32 little endian, its highest bit set on the last one | bytes | tag 16.
#include "db/backup/sealed_file.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace db {
namespace {

using waf::ErrorCode;

constexpr std::string_view kMagic = "PORTCULLIS-BACKUP-1\n";
constexpr size_t kHeadBytes = kMagic.size() + 1 + ChunkSeal::kSaltBytes;
constexpr size_t kChunkBytes = 256u << 10;
constexpr uint32_t kLastFlag = 1u << 31;

}  // namespace

SealedWriter::SealedWriter(std::string path, FileDescriptor file, ChunkSeal seal)
    : path_(std::move(path)), file_(std::move(file)), seal_(seal) {}

SealedWriter::~SealedWriter() {
  if (file_.valid()) ::unlink(partial().c_str());
}

Result<SealedWriter> SealedWriter::create(const std::string& path, std::string_view passphrase) {
  std::string salt(ChunkSeal::kSaltBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size())) !=
      1) {
    return waf::fail(ErrorCode::Internal, "backup", "no random numbers from OpenSSL");
  }
  const Result<ChunkSeal> seal = ChunkSeal::make(passphrase, salt);
  if (!seal) return waf::fail(seal.error());
  const std::string partial = path + ".part";
  // One that stands there is not ours to write into: somebody else may hold it open.
  ::unlink(partial.c_str());
  FileDescriptor file(
      ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return systemError(partial, errno);
  SealedWriter out(path, std::move(file), *seal);
  const char kind = passphrase.empty() ? 0 : 1;
  const Result<void> head = out.writeRaw(std::string(kMagic) + kind + salt);
  if (!head) return waf::fail(head.error());
  return out;
}

Result<void> SealedWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (chunk_.size() == kChunkBytes) {
      const Result<void> done = writeChunk(false);
      if (!done) return done;
    }
    const size_t size = std::min(bytes.size(), kChunkBytes - chunk_.size());
    chunk_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  return {};
}

Result<void> SealedWriter::finish() {
  const Result<void> done = writeChunk(true);
  if (!done) return done;
  if (::fsync(file_.get()) != 0) return systemError(partial(), errno);
  if (::rename(partial().c_str(), path_.c_str()) != 0) return systemError(path_, errno);
  file_ = FileDescriptor();
  return {};
}

Result<void> SealedWriter::writeChunk(bool last) {
  const uint32_t field = static_cast<uint32_t>(chunk_.size()) | (last ? kLastFlag : 0);
  ChunkSeal::Tag tag{};
  if (!seal_.seal(last, &chunk_, &tag)) {
    return waf::fail(ErrorCode::Internal, "backup", "AES-256-GCM is not available");
  }
  std::string raw;
  for (int i = 0; i < 4; ++i) raw += static_cast<char>(field >> (8 * i));
  raw += chunk_;
  raw.append(reinterpret_cast<const char*>(tag.data()), tag.size());
  chunk_.clear();
  return writeRaw(raw);
}

Result<void> SealedWriter::writeRaw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError(partial(), errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

SealedReader::SealedReader(std::string path, FileDescriptor file, ChunkSeal seal)
    : path_(std::move(path)), file_(std::move(file)), seal_(seal) {}

Result<SealedReader> SealedReader::open(const std::string& path, std::string_view passphrase) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return systemError(path, errno);
  SealedReader out(path, std::move(file), *ChunkSeal::make("", ""));
  std::string head(kHeadBytes, '\0');
  const Result<size_t> size = out.readRaw(head.data(), head.size());
  if (!size) return waf::fail(size.error());
  const char kind = head[kMagic.size()];
  if (*size != kHeadBytes || !head.starts_with(kMagic) || (kind != 0 && kind != 1)) {
    return waf::fail(ErrorCode::Invalid, "backup", path + ": is not a backup of Portcullis");
  }
  if (kind == 1 && passphrase.empty()) {
    return waf::fail(ErrorCode::Denied, "backup",
                     path + ": is encrypted; give its passphrase with --passphrase-file");
  }
  // Anybody can write a backup in clear: who names a passphrase expects what only its holder wrote.
  if (kind == 0 && !passphrase.empty()) {
    return waf::fail(ErrorCode::Denied, "backup",
                     path +
                         ": is not encrypted, though a passphrase was given; if it is the right "
                         "file, leave the passphrase out");
  }
  const Result<ChunkSeal> seal = ChunkSeal::make(passphrase, head.substr(kMagic.size() + 1));
  if (!seal) return waf::fail(seal.error());
  out.seal_ = *seal;
  return out;
}

Result<std::string> SealedReader::read(size_t size) {
  std::string out;
  while (out.size() < size) {
    if (used_ == chunk_.size()) {
      if (last_) return altered();
      const Result<void> done = readChunk();
      if (!done) return waf::fail(done.error());
      continue;
    }
    const size_t part = std::min(size - out.size(), chunk_.size() - used_);
    out.append(chunk_, used_, part);
    used_ += part;
  }
  return out;
}

Result<bool> SealedReader::atEnd() {
  while (used_ == chunk_.size() && !last_) {
    const Result<void> done = readChunk();
    if (!done) return waf::fail(done.error());
  }
  if (used_ < chunk_.size()) return false;
  char more = 0;
  const Result<size_t> size = readRaw(&more, 1);
  if (!size) return waf::fail(size.error());
  if (*size > 0) return altered();
  return true;
}

Result<void> SealedReader::readChunk() {
  unsigned char field[4] = {};
  Result<size_t> size = readRaw(reinterpret_cast<char*>(field), sizeof field);
  if (!size) return waf::fail(size.error());
  uint32_t length = 0;
  for (int i = 0; i < 4; ++i) length |= static_cast<uint32_t>(field[i]) << (8 * i);
  const bool last = (length & kLastFlag) != 0;
  length &= ~kLastFlag;
  if (*size != sizeof field || length > kChunkBytes) return altered();
  chunk_.assign(length, '\0');
  used_ = 0;
  ChunkSeal::Tag tag{};
  size = readRaw(chunk_.data(), length);
  const Result<size_t> tag_size = readRaw(reinterpret_cast<char*>(tag.data()), tag.size());
  if (!size) return waf::fail(size.error());
  if (!tag_size) return waf::fail(tag_size.error());
  if (*size != length || *tag_size != tag.size() || !seal_.open(last, tag, &chunk_)) {
    chunk_.clear();
    return altered();
  }
  last_ = last;
  return {};
}

Result<size_t> SealedReader::readRaw(char* out, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(file_.get(), out + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError(path_, errno);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

waf::Unexpected SealedReader::altered() const {
  return waf::fail(ErrorCode::Corrupt, "backup",
                   path_ +
                       ": was cut short or altered, or the passphrase is another; nothing was "
                       "touched");
}

}  // namespace db
