#include "admin-ui/server/rulesets/archive.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <vector>

#include "admin-ui/server/rulesets/unpack_target.h"
#include "waf/base/text.h"

namespace admin {
namespace {

namespace fs = std::filesystem;

// A file mapped for reading; empty when it cannot be.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat info {};
    if (::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
      size_ = static_cast<size_t>(info.st_size);
      void* at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      data_ = at == MAP_FAILED ? nullptr : at;
    }
    ::close(file);
  }
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view bytes() const {
    return data_ == nullptr ? std::string_view{}
                            : std::string_view(static_cast<const char*>(data_), size_);
  }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

std::string confName(const std::string& filename) {
  std::string name = fs::path(filename).filename().string();
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        return !plain;
      },
      '_');
  if (name.empty() || name.front() == '.') name = "rules" + name;
  if (!name.ends_with(".conf")) name += ".conf";
  return name.size() > 200 ? "rules.conf" : name;
}

bool hasConf(const fs::path& folder) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.is_regular_file(code) && entry.path().extension() == ".conf") return true;
  }
  return false;
}

bool isCrsFolder(const fs::path& folder) {
  std::error_code code;
  return fs::is_regular_file(folder / "crs-setup.conf", code) ||
         fs::is_regular_file(folder / "crs-setup.conf.example", code) ||
         (fs::is_directory(folder / "rules", code) && hasConf(folder / "rules"));
}

// Breadth first and by name, so that the same archive always gives the same answer.
std::vector<fs::path> foldersBelow(const fs::path& top) {
  constexpr size_t kMaxFolders = 5000;
  std::vector<fs::path> out{top};
  for (size_t i = 0; i < out.size() && out.size() < kMaxFolders; ++i) {
    std::vector<fs::path> children;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(out[i], code)) {
      if (entry.is_directory(code) && !entry.is_symlink(code)) children.push_back(entry.path());
    }
    std::sort(children.begin(), children.end());
    out.insert(out.end(), children.begin(), children.end());
  }
  return out;
}

}  // namespace

waf::Result<void> unpackArchive(const std::string& archive, const std::string& filename,
                                const std::string& folder, const ArchiveLimits& limits,
                                const ArchiveProgress& progress) {
  const MappedFile file(archive);
  const std::string_view bytes = file.bytes();
  if (bytes.empty()) return badArchive("the upload is empty");
  UnpackTarget target(folder, limits);
  if (bytes.substr(0, 2) == "PK") return unpackZip(bytes, target, progress);
  if (bytes.substr(0, 2) == std::string_view("\x1f\x8b", 2))
    return unpackTar(bytes, true, target, progress);
  if (bytes.size() > 262 && bytes.substr(257, 5) == "ustar")
    return unpackTar(bytes, false, target, progress);
  if (bytes.substr(0, 65536).find('\0') != std::string_view::npos) {
    return badArchive("the upload is neither a .zip, a .tar.gz nor a .conf file");
  }
  if (auto ok = target.begin(confName(filename)); !ok) return ok;
  if (auto ok = target.write(bytes); !ok) return ok;
  return target.end();
}

waf::Result<std::string> findRuleSetRoot(const std::string& folder) {
  const std::vector<fs::path> folders = foldersBelow(folder);
  for (const fs::path& candidate : folders) {
    if (isCrsFolder(candidate)) return candidate.string();
  }
  for (const fs::path& candidate : folders) {
    std::error_code code;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(candidate, code)) {
      if (entry.path().extension() == ".conf" && entry.is_regular_file(code))
        files.push_back(entry.path());
    }
    if (files.size() == 1) return files.front().string();
    if (!files.empty()) return candidate.string();
  }
  return waf::fail(
      waf::ErrorCode::NotFound, "archive",
      "no rules in it: a rule set is a .conf file, or a folder with *.conf files, or one with "
      "crs-setup.conf(.example) and rules/");
}

}  // namespace admin
