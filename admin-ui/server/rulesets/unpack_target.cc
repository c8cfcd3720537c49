#include "admin-ui/server/rulesets/unpack_target.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "waf/base/text.h"

namespace admin {
namespace {

constexpr size_t kMaxName = 512;
constexpr size_t kMaxDepth = 24;

std::string inQuotes(std::string_view name) {
  return "\"" + waf::toPrintableUtf8(name.substr(0, 120)) + "\"";
}

waf::Unexpected systemError(const std::string& what) {
  const int code = errno;
  return waf::fail(code == ENOSPC ? waf::ErrorCode::Exhausted : waf::ErrorCode::Internal, "archive",
                   what + ": " + std::strerror(code));
}

}  // namespace

UnpackTarget::~UnpackTarget() {
  if (file_ >= 0) ::close(file_);
}

waf::Result<std::string> UnpackTarget::place(std::string_view name) {
  if (++entries_ > limits_.entries) {
    return badArchive("the archive has more than " + std::to_string(limits_.entries) + " entries");
  }
  if (name.empty() || name.size() > kMaxName) {
    return badArchive("the archive has an entry whose name is empty or too long: " +
                      inQuotes(name));
  }
  if (name.front() == '/') {
    return badArchive("the archive has an absolute path: " + inQuotes(name));
  }
  for (const char c : name) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f || c == '\\' || c == ':') {
      return badArchive(
          "the archive has a name with a control character, a backslash or a colon: " +
          inQuotes(name));
    }
  }
  std::string path = folder_;
  size_t depth = 0;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
    if (part.empty() || part == ".") continue;
    if (part == "..") return badArchive("the archive has a path that leaves its folder by \"..\"");
    if (++depth > kMaxDepth || part.size() > 255) {
      return badArchive("the archive has a path that is too deep or too long: " + inQuotes(part));
    }
    path += '/';
    path += part;
  }
  return path;
}

waf::Result<void> UnpackTarget::addFolder(std::string_view name) {
  auto path = place(name);
  if (!path) return waf::fail(std::move(path).error());
  std::error_code code;
  std::filesystem::create_directories(*path, code);
  if (code) return badArchive("folder " + inQuotes(name) + ": " + code.message());
  return {};
}

waf::Result<void> UnpackTarget::begin(std::string_view name) {
  auto path = place(name);
  if (!path) return waf::fail(std::move(path).error());
  std::error_code code;
  std::filesystem::create_directories(std::filesystem::path(*path).parent_path(), code);
  if (code) return badArchive("folder of " + inQuotes(name) + ": " + code.message());
  // O_EXCL: an entry that comes twice, or a file where a folder is, must not overwrite.
  file_ = ::open(path->c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0640);
  if (file_ < 0) {
    if (errno == EEXIST) return badArchive("the archive has " + inQuotes(name) + " twice");
    return systemError(inQuotes(name));
  }
  name_ = name;
  file_bytes_ = 0;
  return {};
}

waf::Result<void> UnpackTarget::write(std::string_view bytes) {
  file_bytes_ += bytes.size();
  total_bytes_ += bytes.size();
  if (file_bytes_ > limits_.file_bytes) {
    return badArchive(inQuotes(name_) + " is larger than " + std::to_string(limits_.file_bytes) +
                      " bytes");
  }
  if (total_bytes_ > limits_.total_bytes) {
    return badArchive("the archive unpacks to more than " + std::to_string(limits_.total_bytes) +
                      " bytes");
  }
  while (!bytes.empty()) {
    const ssize_t n = ::write(file_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return systemError(inQuotes(name_));
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

waf::Result<void> UnpackTarget::end() {
  const int file = file_;
  file_ = -1;
  ++files_;
  if (::close(file) != 0) return systemError(inQuotes(name_));
  return {};
}

}  // namespace admin
