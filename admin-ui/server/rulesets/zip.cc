// The ZIP layout that is read here (APPNOTE.TXT 4.3): local file headers with their data, then the
// central directory, then its end record, found from the end of the file. Sizes and names are taken
// from the central directory only, so that a local header can not say something else. Methods
// stored (0) and deflated (8); no encryption, no ZIP64.

#include <sys/stat.h>
#include <zlib.h>

#include <array>
#include <optional>

#include "admin-ui/server/rulesets/unpack_target.h"

namespace admin {
namespace {

constexpr const char* kDamaged = "a file of the zip is damaged; download or make it anew";
constexpr size_t kEndRecord = 22;
constexpr size_t kCentralHeader = 46;
constexpr size_t kLocalHeader = 30;

uint32_t number(std::string_view bytes, size_t at, size_t width) {
  uint32_t out = 0;
  for (size_t i = width; i-- > 0;) out = out << 8 | static_cast<uint8_t>(bytes[at + i]);
  return out;
}

struct Directory {
  size_t offset = 0;
  size_t size = 0;
  size_t entries = 0;
};

std::optional<Directory> findDirectory(std::string_view zip) {
  if (zip.size() < kEndRecord) return std::nullopt;
  const size_t last = zip.size() - kEndRecord;
  const size_t first = last > 65535 ? last - 65535 : 0;  // a comment may follow the record
  for (size_t at = last + 1; at-- > first;) {
    if (zip.substr(at, 4) != std::string_view("PK\x05\x06", 4)) continue;
    Directory directory{number(zip, at + 16, 4), number(zip, at + 12, 4), number(zip, at + 10, 2)};
    if (directory.offset <= at && directory.size <= at - directory.offset) return directory;
  }
  return std::nullopt;
}

struct Entry {
  std::string_view name;
  uint32_t method = 0;
  uint32_t crc = 0;
  uint32_t packed = 0;
  uint32_t size = 0;
  uint32_t local_offset = 0;
  uint32_t unix_mode = 0;
};

waf::Result<Entry> readEntry(std::string_view directory, size_t* consumed) {
  if (directory.size() < kCentralHeader ||
      directory.substr(0, 4) != std::string_view("PK\x01\x02", 4)) {
    return badArchive("the zip's directory is broken; make the archive anew");
  }
  Entry entry;
  const uint32_t name = number(directory, 28, 2);
  *consumed = kCentralHeader + name + number(directory, 30, 2) + number(directory, 32, 2);
  if (*consumed > directory.size()) return badArchive("the zip's directory is cut short");
  entry.name = directory.substr(kCentralHeader, name);
  entry.method = number(directory, 10, 2);
  entry.crc = number(directory, 16, 4);
  entry.packed = number(directory, 20, 4);
  entry.size = number(directory, 24, 4);
  entry.local_offset = number(directory, 42, 4);
  if (directory[5] == 3) entry.unix_mode = number(directory, 38, 4) >> 16;  // made on Unix
  if ((number(directory, 8, 2) & 1u) != 0) {
    return badArchive("the zip is encrypted; send it without a password");
  }
  if (entry.packed == 0xffffffffu || entry.size == 0xffffffffu ||
      entry.local_offset == 0xffffffffu) {
    return badArchive(
        "the zip is in the ZIP64 form, which is for archives larger than may be imported");
  }
  return entry;
}

waf::Result<std::string_view> dataOf(std::string_view zip, const Entry& entry) {
  const size_t at = entry.local_offset;
  if (at + kLocalHeader > zip.size() || zip.substr(at, 4) != std::string_view("PK\x03\x04", 4)) {
    return badArchive("the zip's directory points outside of it");
  }
  const size_t data = at + kLocalHeader + number(zip, at + 26, 2) + number(zip, at + 28, 2);
  if (data > zip.size() || entry.packed > zip.size() - data) {
    return badArchive("the zip is cut short");
  }
  return zip.substr(data, entry.packed);
}

// Owns zlib's state of one entry.
struct Inflater {
  z_stream stream{};
  bool ok = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
  Inflater() = default;
  ~Inflater() {
    if (ok) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

waf::Result<void> writeDeflated(std::string_view data, const Entry& entry, UnpackTarget& target) {
  Inflater inflater;
  if (!inflater.ok) return badArchive("zlib does not start");
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  std::array<char, 65536> buffer;
  uLong crc = crc32(0, nullptr, 0);
  uint64_t written = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const size_t got = buffer.size() - stream.avail_out;
    written += got;
    if (written > entry.size) return badArchive("a file of the zip is larger than it says");
    crc = crc32(crc, reinterpret_cast<const Bytef*>(buffer.data()), static_cast<uInt>(got));
    if (auto ok = target.write({buffer.data(), got}); !ok) return ok;
  }
  if (status != Z_STREAM_END || written != entry.size || crc != entry.crc) {
    return badArchive(kDamaged);
  }
  return {};
}

waf::Result<void> writeEntry(std::string_view zip, const Entry& entry, UnpackTarget& target) {
  const uint32_t kind = entry.unix_mode & S_IFMT;
  if (kind != 0 && kind != S_IFREG && kind != S_IFDIR) {
    return badArchive("the zip has a link or a device: \"" +
                      std::string(entry.name.substr(0, 120)) +
                      "\"; only files and folders are taken");
  }
  if (!entry.name.empty() && entry.name.back() == '/') return target.addFolder(entry.name);
  auto data = dataOf(zip, entry);
  if (!data) return waf::fail(std::move(data).error());
  if (auto ok = target.begin(entry.name); !ok) return ok;
  if (entry.method == 8) {
    if (auto ok = writeDeflated(*data, entry, target); !ok) return ok;
  } else if (entry.method == 0 && entry.packed == entry.size) {
    const uLong crc =
        crc32(0, reinterpret_cast<const Bytef*>(data->data()), static_cast<uInt>(data->size()));
    if (crc != entry.crc) return badArchive(kDamaged);
    if (auto ok = target.write(*data); !ok) return ok;
  } else {
    return badArchive(
        "the zip uses a compression other than deflate; make it anew with zip or your file "
        "manager");
  }
  return target.end();
}

}  // namespace

waf::Result<void> unpackZip(std::string_view archive, UnpackTarget& target,
                            const ArchiveProgress& progress) {
  const auto directory = findDirectory(archive);
  if (!directory)
    return badArchive("the zip has no directory at its end; it is cut short or not a zip");
  std::string_view rest = archive.substr(directory->offset, directory->size);
  for (size_t i = 0; i < directory->entries; ++i) {
    size_t consumed = 0;
    auto entry = readEntry(rest, &consumed);
    if (!entry) return waf::fail(std::move(entry).error());
    rest.remove_prefix(consumed);
    if (auto ok = writeEntry(archive, *entry, target); !ok) return ok;
    if (progress && !progress(i + 1, directory->entries)) return badArchive("cancelled");
  }
  return {};
}

}  // namespace admin
