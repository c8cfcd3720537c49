#include "db/spool/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

// File: header of 64 bytes ("PCSPOOL1", audited offset as uint64 at 8, rest zero), then records,
// each at a multiple of 8: uint32 length, uint32 crc, uint64 sequence, uint32 flags, uint32 zero,
// the line. The length is stored last and makes the record valid: zero is "nothing yet", 0xffffffff
// "nothing more". The CRC-32 (of sequence, flags and line) is for power cuts, after which pages may
// be missing; kill -9 cannot tear a record. Numbers are the machine's: the file never leaves it.
namespace db {
namespace {

using waf::ErrorCode;

constexpr char kMagic[8] = {'P', 'C', 'S', 'P', 'O', 'O', 'L', '1'};
constexpr uint64_t kAuditedAt = 8;
constexpr uint64_t kHeaderBytes = 24;
constexpr uint32_t kNothingMore = 0xffffffff;
constexpr uint32_t kRefusalFlag = 1;
constexpr uint64_t kPopulate = 64u << 10;

struct RecordHeader {
  uint32_t length;
  uint32_t crc;
  uint64_t sequence;
  uint32_t flags;
  uint32_t zero;
};
static_assert(sizeof(RecordHeader) == kHeaderBytes);

uint64_t recordBytes(size_t line_bytes) { return (kHeaderBytes + line_bytes + 7) / 8 * 8; }

uint32_t checksum(uint64_t sequence, uint32_t flags, std::string_view line) {
  uLong crc = ::crc32(0, nullptr, 0);
  crc = ::crc32(crc, reinterpret_cast<const Bytef*>(&sequence), sizeof sequence);
  crc = ::crc32(crc, reinterpret_cast<const Bytef*>(&flags), sizeof flags);
  crc = ::crc32(crc, reinterpret_cast<const Bytef*>(line.data()), static_cast<uInt>(line.size()));
  return static_cast<uint32_t>(crc);
}

}  // namespace

Result<std::shared_ptr<Segment>> Segment::create(const std::string& folder, std::string name) {
  std::string path = folder + "/" + name;
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return systemError(path, errno);
  std::shared_ptr<Segment> segment(new Segment(std::move(path), std::move(name)));
  const int error = ::posix_fallocate(file.get(), 0, kBytes);
  Result<void> mapped = error == 0 ? segment->map(file.get()) : systemError(folder, error);
  if (!mapped) {
    ::unlink(segment->path_.c_str());
    return waf::fail(mapped.error());
  }
  std::memcpy(segment->memory_, kMagic, sizeof kMagic);
  segment->auditedField().store(kFirstOffset);
  return segment;
}

Result<std::shared_ptr<Segment>> Segment::openLeft(const std::string& folder, std::string name) {
  std::string path = folder + "/" + name;
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return systemError(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return systemError(path, errno);
  // A smaller file was still being allocated when its process died: it holds no record.
  if (static_cast<uint64_t>(status.st_size) < kBytes) {
    return waf::fail(ErrorCode::Corrupt, "spool", path + ": is not a whole segment");
  }
  std::shared_ptr<Segment> segment(new Segment(path, std::move(name)));
  const Result<void> mapped = segment->map(file.get());
  if (!mapped) return waf::fail(mapped.error());
  if (std::memcmp(segment->memory_, kMagic, sizeof kMagic) != 0) {
    return waf::fail(ErrorCode::Corrupt, "spool", path + ": is not a segment");
  }
  return segment;
}

Result<void> Segment::map(int fd) {
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return systemError(path_, errno);
  memory_ = static_cast<char*>(memory);
  return {};
}

Segment::~Segment() {
  if (memory_ != nullptr) ::munmap(memory_, kBytes);
}

std::atomic_ref<uint32_t> Segment::lengthAt(uint64_t offset) const {
  return std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(memory_ + offset));
}

std::atomic_ref<uint64_t> Segment::auditedField() const {
  return std::atomic_ref<uint64_t>(*reinterpret_cast<uint64_t*>(memory_ + kAuditedAt));
}

bool Segment::append(std::string_view line, bool refusal, std::atomic<uint64_t>& next_sequence) {
  const uint64_t size = recordBytes(line.size());
  if (line.size() > kMaxLine || size > kBytes - write_offset_) return false;
  if (write_offset_ + size > populated_) populate(write_offset_ + size);
  char* place = memory_ + write_offset_;
  std::memcpy(place + kHeaderBytes, line.data(), line.size());
  RecordHeader header{};
  header.flags = refusal ? kRefusalFlag : 0;
  header.sequence = next_sequence.fetch_add(1);
  header.crc = checksum(header.sequence, header.flags, line);
  // All but the length, which publishes.
  std::memcpy(place + 4, reinterpret_cast<const char*>(&header) + 4, kHeaderBytes - 4);
  lengthAt(write_offset_).store(static_cast<uint32_t>(line.size()));
  write_offset_ += size;
  return true;
}

// Many pages in one call: a fault for each, when it is first written to, costs several times as
// much. Where the kernel cannot (before Linux 5.14) the faults come.
void Segment::populate(uint64_t end) {
  const uint64_t begin = populated_;
  populated_ = std::min(kBytes, (end + kPopulate - 1) / kPopulate * kPopulate);
#ifdef MADV_POPULATE_WRITE
  static_cast<void>(::madvise(memory_ + begin, populated_ - begin, MADV_POPULATE_WRITE));
#endif
}

void Segment::seal() {
  if (write_offset_ + kHeaderBytes <= kBytes) lengthAt(write_offset_).store(kNothingMore);
}

Segment::Next Segment::read(uint64_t offset, Record* out) const {
  if (offset + kHeaderBytes > kBytes) return Next::End;
  const uint32_t length = lengthAt(offset).load();
  if (length == 0) return Next::NotYet;
  if (length > kMaxLine || recordBytes(length) > kBytes - offset) return Next::End;
  RecordHeader header{};
  std::memcpy(reinterpret_cast<char*>(&header) + 4, memory_ + offset + 4, kHeaderBytes - 4);
  out->line = std::string_view(memory_ + offset + kHeaderBytes, length);
  out->sequence = header.sequence;
  out->refusal = (header.flags & kRefusalFlag) != 0;
  out->end_offset = offset + recordBytes(length);
  return Next::Record;
}

Segment::Next Segment::readLeft(uint64_t offset, Record* out) const {
  if (read(offset, out) != Next::Record) return Next::End;
  uint32_t crc = 0;
  std::memcpy(&crc, memory_ + offset + 4, sizeof crc);
  const bool whole = crc == checksum(out->sequence, out->refusal ? kRefusalFlag : 0, out->line);
  return whole ? Next::Record : Next::End;
}

void Segment::setAudited(uint64_t end_offset) {
  if (end_offset > audited()) auditedField().store(end_offset);
  removeWhenDone();
}

uint64_t Segment::audited() const { return auditedField().load(); }

void Segment::setCommitted(uint64_t end_offset) {
  committed_.store(end_offset);
  removeWhenDone();
}

void Segment::finish(uint64_t end) {
  end_.store(end);
  removeWhenDone();
}

void Segment::removeWhenDone() {
  const uint64_t end = end_.load();
  if (committed_.load() < end || auditedField().load() < end) return;
  discard();
}

void Segment::discard() {
  if (!removed_.exchange(true)) ::unlink(path_.c_str());
}

}  // namespace db
