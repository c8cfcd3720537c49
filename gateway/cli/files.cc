#include "gateway/cli/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;

waf::Result<std::string> readAll(std::istream& in, const std::string& name, size_t limit) {
  std::string out;
  std::array<char, 65536> buffer;
  while (in.good()) {
    in.read(buffer.data(), buffer.size());
    out.append(buffer.data(), static_cast<size_t>(in.gcount()));
    if (out.size() > limit) {
      return waf::fail(waf::ErrorCode::Exhausted, "cli",
                       name + ": has more than " + std::to_string(limit) + " bytes");
    }
  }
  if (in.bad()) return waf::fail(waf::ErrorCode::Unavailable, "cli", name + ": cannot be read");
  return out;
}

// The ustar header of one regular file (POSIX.1-2017 pax); names longer than 100 bytes go before it
// in a GNU 'L' entry.
void appendHeader(const std::string& name, size_t size, char type, std::string* out) {
  std::array<char, 512> block{};
  std::memcpy(block.data(), name.data(), std::min<size_t>(name.size(), 100));
  std::snprintf(block.data() + 100, 8, "0000644");
  std::snprintf(block.data() + 108, 8, "0000000");
  std::snprintf(block.data() + 116, 8, "0000000");
  std::snprintf(block.data() + 124, 12, "%011llo", static_cast<unsigned long long>(size));
  std::snprintf(block.data() + 136, 12, "00000000000");
  std::memset(block.data() + 148, ' ', 8);
  block[156] = type;
  std::memcpy(block.data() + 257, "ustar\00000", 8);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(block.data() + 148, 8, "%06o", sum);
  out->append(block.data(), block.size());
}

void appendPadded(const std::string& content, std::string* out) {
  *out += content;
  out->append((512 - content.size() % 512) % 512, '\0');
}

}  // namespace

waf::Result<std::string> readFile(const std::string& path, size_t limit) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": is a folder, not a file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int reason = errno;
    return waf::fail(reason == ENOENT ? waf::ErrorCode::NotFound : waf::ErrorCode::Unavailable,
                     "cli", path + ": " + std::strerror(reason));
  }
  return readAll(in, path, limit);
}

waf::Result<std::string> readFileOr(std::istream& in, const std::string& path, size_t limit) {
  return path == "-" ? readAll(in, "standard input", limit) : readFile(path, limit);
}

waf::Result<std::string> packFolder(const std::string& folder, size_t limit) {
  std::vector<fs::path> files;
  std::error_code code;
  for (auto at = fs::recursive_directory_iterator(folder, code);
       !code && at != fs::recursive_directory_iterator(); at.increment(code)) {
    if (at->path().filename() == ".git") at.disable_recursion_pending();
    if (at->is_regular_file(code)) files.push_back(at->path());
  }
  if (code) return waf::fail(waf::ErrorCode::Unavailable, "cli", folder + ": " + code.message());
  std::sort(files.begin(), files.end());
  std::string out;
  for (const fs::path& file : files) {
    const auto content = readFile(file.string(), limit);
    if (!content) return content;
    const std::string name = file.lexically_relative(folder).string();
    if (name.size() > 100) {
      appendHeader("././@LongLink", name.size() + 1, 'L', &out);
      appendPadded(name + '\0', &out);
    }
    appendHeader(name, content->size(), '0', &out);
    appendPadded(*content, &out);
    if (out.size() > limit) {
      return waf::fail(waf::ErrorCode::Exhausted, "cli",
                       folder + ": has more than " + std::to_string(limit) + " bytes");
    }
  }
  out.append(1024, '\0');
  return out;
}

}  // namespace gateway::cli
