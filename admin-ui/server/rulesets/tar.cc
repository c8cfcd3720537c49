// The tar layout that is read here (POSIX.1-2017 pax, "ustar Interchange Format"): blocks of 512
// bytes; a header block (name 0+100, size 124+12 octal, checksum 148+8, type 156, prefix 345+155),
// then the data padded to a block; the end is a zero block. Types: '0' and NUL file, '5' folder,
// 'x' pax record (its "path" names the next entry), 'g' global pax record (ignored), 'L' GNU long
// name. Everything else is a link or a device.

#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "admin-ui/server/rulesets/unpack_target.h"
#include "waf/base/text.h"

namespace admin {
namespace {

constexpr size_t kBlock = 512;
constexpr uint64_t kMaxExtension = 65536;  // of a pax record or a long name

// The bytes of the archive, inflated where it is a gzip file.
class TarInput {
 public:
  TarInput(std::string_view archive, bool gzip) : rest_(archive), gzip_(gzip) {
    if (!gzip) return;
    ready_ = inflateInit2(&stream_, MAX_WBITS + 16) == Z_OK;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(archive.data()));
    stream_.avail_in = static_cast<uInt>(archive.size());
  }
  ~TarInput() {
    if (ready_) inflateEnd(&stream_);
  }
  TarInput(const TarInput&) = delete;
  TarInput& operator=(const TarInput&) = delete;

  // All `size` bytes or false.
  bool read(char* out, size_t size) {
    if (!gzip_) {
      if (rest_.size() < size) return false;
      std::copy_n(rest_.data(), size, out);
      rest_.remove_prefix(size);
      return true;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    while (ready_ && stream_.avail_out > 0) {
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END && stream_.avail_out > 0) return false;
      if (status != Z_OK && status != Z_STREAM_END) return false;
      if (status == Z_STREAM_END) break;
    }
    return ready_;
  }

 private:
  std::string_view rest_;
  const bool gzip_;
  bool ready_ = false;
  z_stream stream_{};
};

std::string_view text(const std::array<char, kBlock>& block, size_t at, size_t width) {
  const std::string_view field(block.data() + at, width);
  return field.substr(0, field.find('\0'));
}

std::optional<uint64_t> octal(std::string_view field) {
  field = waf::trim(field, std::string_view(" \0", 2));
  if (field.empty() || field.size() > 12) return std::nullopt;
  uint64_t out = 0;
  for (const char c : field) {
    if (c < '0' || c > '7') return std::nullopt;
    out = out * 8 + static_cast<uint64_t>(c - '0');
  }
  return out;
}

bool checksumHolds(const std::array<char, kBlock>& block) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? uint64_t{' '} : static_cast<uint8_t>(block[i]);
  }
  return octal(std::string_view(block.data() + 148, 8)) == sum;
}

// "27 path=some/long/name\n"…: POSIX.1-2017 pax, "pax Extended Header".
std::string paxPath(std::string_view records) {
  std::string path;
  while (!records.empty()) {
    const size_t space = records.find(' ');
    uint64_t length = 0;
    if (space == std::string_view::npos || !waf::parseUint64(records.substr(0, space), &length))
      break;
    if (length <= space + 1 || length > records.size()) break;
    const std::string_view record = records.substr(space + 1, length - space - 2);
    if (record.substr(0, 5) == "path=") path = record.substr(5);
    records.remove_prefix(length);
  }
  return path;
}

// Reads one archive; a state of its own because names may come before the entry they belong to.
class TarReader {
 public:
  TarReader(std::string_view archive, bool gzip, UnpackTarget& target)
      : input_(archive, gzip), target_(target) {}

  waf::Result<void> run(const ArchiveProgress& progress) {
    std::array<char, kBlock> block;
    for (;;) {
      if (!input_.read(block.data(), kBlock))
        return badArchive("the tar archive is cut short or damaged");
      if (std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) return {};
      if (!checksumHolds(block)) return badArchive("the archive is not a tar archive, or damaged");
      if (auto ok = entry(block); !ok) return ok;
      if (progress && !progress(target_.files(), 0)) return badArchive("cancelled");
    }
  }

 private:
  waf::Result<void> entry(const std::array<char, kBlock>& block) {
    const auto size = octal(std::string_view(block.data() + 124, 12));
    if (!size) return badArchive("the tar archive has an entry whose size cannot be read");
    const char type = block[156];
    if (type == 'x' || type == 'L' || type == 'g') return extension(type, *size);
    std::string name(text(block, 0, 100));
    if (text(block, 257, 5) == "ustar" && block[262] == '\0' && block[345] != '\0') {
      name = std::string(text(block, 345, 155)) + "/" + name;
    }
    if (!long_name_.empty()) name = std::move(long_name_);
    long_name_.clear();
    if (type == '5') return target_.addFolder(name);
    if (type != '0' && type != '\0' && type != '7') {
      return badArchive("the archive has a link or a device: \"" +
                        waf::toPrintableUtf8(name.substr(0, 120)) +
                        "\"; only files and folders are taken");
    }
    if (auto ok = target_.begin(name); !ok) return ok;
    if (auto ok = copy(*size); !ok) return ok;
    return target_.end();
  }

  waf::Result<void> extension(char type, uint64_t size) {
    if (size > kMaxExtension || ++extensions_ > 50000) {
      return badArchive("the tar archive has an extended header that is too large");
    }
    std::string content((size + kBlock - 1) / kBlock * kBlock, '\0');
    if (!input_.read(content.data(), content.size()))
      return badArchive("the tar archive is cut short");
    content.resize(size);
    if (type == 'x') long_name_ = paxPath(content);
    if (type == 'L') long_name_ = content.substr(0, content.find('\0'));
    return {};
  }

  waf::Result<void> copy(uint64_t size) {
    std::array<char, 65536> buffer;
    uint64_t left = size;
    while (left > 0) {
      const size_t wanted = static_cast<size_t>(std::min<uint64_t>(left, buffer.size()));
      const size_t padded = (wanted + kBlock - 1) / kBlock * kBlock;
      if (!input_.read(buffer.data(), padded)) return badArchive("the tar archive is cut short");
      if (auto ok = target_.write({buffer.data(), wanted}); !ok) return ok;
      left -= wanted;
    }
    return {};
  }

  TarInput input_;
  UnpackTarget& target_;
  std::string long_name_;
  size_t extensions_ = 0;
};

}  // namespace

waf::Result<void> unpackTar(std::string_view archive, bool gzip, UnpackTarget& target,
                            const ArchiveProgress& progress) {
  return TarReader(archive, gzip, target).run(progress);
}

}  // namespace admin
