#include "waf/seclang/read_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace waf {

bool liesBelow(const std::string& path, const std::string& folder) {
  if (folder.empty()) return true;
  std::error_code failed;
  const auto top = std::filesystem::weakly_canonical(folder, failed);
  if (failed) return false;
  const auto file = std::filesystem::weakly_canonical(path, failed);
  if (failed) return false;
  const auto relative = file.lexically_relative(top);
  return !relative.empty() && *relative.begin() != "..";
}

Result<std::string> readFile(const std::string& path, size_t most_bytes) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) {
    return fail(ErrorCode::NotFound, "seclang", "the file " + path + " does not exist");
  }
  if (!std::filesystem::is_regular_file(status)) {
    return fail(ErrorCode::Invalid, "seclang", path + " is not a file");
  }
  const auto size = std::filesystem::file_size(path, failed);
  if (!failed && size > most_bytes) {
    return fail(ErrorCode::Exhausted, "seclang",
                path + " is larger than " + std::to_string(most_bytes) + " bytes");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::Unavailable, "seclang",
                "the file " + path + " cannot be read: " + std::strerror(errno));
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace waf
