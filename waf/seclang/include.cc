// Reading files: Include, IncludeOptional and the paths of a rule set.
#include <glob.h>

#include <algorithm>
#include <filesystem>

#include "waf/seclang/parser.h"
#include "waf/seclang/read_file.h"

namespace waf {
namespace {

// Owns the memory of one glob(3) call.
class GlobResult {
 public:
  explicit GlobResult(const std::string& pattern) {
    matched_ = ::glob(pattern.c_str(), 0, nullptr, &buffer_) == 0;
  }
  ~GlobResult() { ::globfree(&buffer_); }
  GlobResult(const GlobResult&) = delete;
  GlobResult& operator=(const GlobResult&) = delete;

  std::vector<std::string> paths() const {
    if (!matched_) return {};
    return {buffer_.gl_pathv, buffer_.gl_pathv + buffer_.gl_pathc};
  }

 private:
  glob_t buffer_{};
  bool matched_ = false;
};

}  // namespace

void Parser::parseFile(const std::string& path) {
  std::error_code failed;
  const std::string canonical = std::filesystem::weakly_canonical(path, failed).string();
  if (std::count(include_stack_.begin(), include_stack_.end(), canonical) > 0) {
    return error("the file " + displayName(path) + " includes itself");
  }
  if (include_stack_.size() >= kMaxIncludeDepth) {
    return error("files are included more than " + std::to_string(kMaxIncludeDepth) + " deep");
  }
  auto text = readFile(path, kMaxFileBytes);
  if (!text) return error(text.error().message);
  include_stack_.push_back(canonical);
  parseText(*text, displayName(path), std::filesystem::path(path).parent_path().string());
  include_stack_.pop_back();
}

void Parser::include(const Words& words) { includeFiles(words[1], false); }

void Parser::includeOptional(const Words& words) { includeFiles(words[1], true); }

void Parser::includeFiles(const std::string& pattern, bool optional) {
  const std::string resolved = resolve(pattern);
  const size_t wildcard = resolved.find_first_of("*?[");
  if (wildcard == std::string::npos) return includeFile(resolved, optional);
  // Which files match is told to nobody either.
  const size_t slash = resolved.rfind('/', wildcard);
  const std::string folder = slash == std::string::npos ? "." : resolved.substr(0, slash + 1);
  if (!liesBelow(folder, confined_to_) ||
      (!confined_to_.empty() && resolved.find("/..", wildcard) != std::string::npos)) {
    return error("files like " + pattern +
                 " are not part of this rule set; put them into the archive");
  }
  const std::vector<std::string> paths = GlobResult(resolved).paths();
  if (paths.empty() && !optional) return error("no file matches " + pattern);
  for (const std::string& path : paths) includeFile(path, optional);
}

void Parser::includeFile(const std::string& path, bool optional) {
  // Before anything else: whether a file exists is told to nobody either.
  if (!liesBelow(path, confined_to_)) {
    return error("the file " + path + " is not part of this rule set; put it into the archive");
  }
  std::error_code failed;
  if (optional && !std::filesystem::exists(path, failed)) return;
  parseFile(path);
}

}  // namespace waf
