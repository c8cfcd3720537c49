#include "tests/admin/support/archives.h"

#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace admin {
namespace {

void put(std::string* out, uint32_t value, int width) {
  for (int i = 0; i < width; ++i) *out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::string compress(const std::string& bytes, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string makeZip(const std::vector<ArchiveEntry>& entries, bool deflated) {
  std::string out;
  std::string directory;
  for (const ArchiveEntry& entry : entries) {
    const auto crc =
        static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                    static_cast<uInt>(entry.content.size())));
    const std::string data = deflated ? compress(entry.content, -MAX_WBITS) : entry.content;
    const uint32_t size =
        entry.claimed_size != 0 ? entry.claimed_size : static_cast<uint32_t>(entry.content.size());
    std::string common;
    put(&common, 20, 2);
    put(&common, 0, 2);
    put(&common, deflated ? 8 : 0, 2);
    put(&common, 0, 4);
    put(&common, crc, 4);
    put(&common, static_cast<uint32_t>(data.size()), 4);
    put(&common, size, 4);
    put(&common, static_cast<uint32_t>(entry.name.size()), 2);
    put(&common, 0, 2);
    directory += std::string("PK\x01\x02\x14\x03", 6) + common;
    put(&directory, 0, 4);
    put(&directory, 0, 2);
    put(&directory, entry.unix_mode << 16, 4);
    put(&directory, static_cast<uint32_t>(out.size()), 4);
    directory += entry.name;
    out += "PK\x03\x04" + common + entry.name + data;
  }
  const auto offset = static_cast<uint32_t>(out.size());
  out += directory + "PK\x05\x06";
  put(&out, 0, 4);
  put(&out, static_cast<uint32_t>(entries.size()), 2);
  put(&out, static_cast<uint32_t>(entries.size()), 2);
  put(&out, static_cast<uint32_t>(directory.size()), 4);
  put(&out, offset, 4);
  put(&out, 0, 2);
  return out;
}

std::string makeTar(const std::vector<ArchiveEntry>& entries) {
  std::string out;
  for (const ArchiveEntry& entry : entries) {
    std::array<char, 512> block{};
    std::memcpy(block.data(), entry.name.data(), std::min<size_t>(entry.name.size(), 100));
    std::snprintf(block.data() + 100, 8, "0000644");
    std::snprintf(block.data() + 124, 12, "%011zo", entry.content.size());
    std::memset(block.data() + 148, ' ', 8);
    block[156] = entry.type;
    std::memcpy(block.data() + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    std::snprintf(block.data() + 148, 8, "%06o", sum);
    out.append(block.data(), block.size());
    out += entry.content;
    out.append((512 - entry.content.size() % 512) % 512, '\0');
  }
  return out.append(1024, '\0');
}

std::string gzip(const std::string& bytes) { return compress(bytes, MAX_WBITS + 16); }

}  // namespace admin
