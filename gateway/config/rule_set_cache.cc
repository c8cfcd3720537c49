#include "gateway/config/rule_set_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace gateway {
namespace {

namespace fs = std::filesystem;

// Enough for any rule set, and an end for a path such as "/".
constexpr size_t kMaxFiles = 20'000;

void appendFile(const std::string& path, std::string* out) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return;
  *out += path + '\0' + std::to_string(info.st_size) + '\0' + std::to_string(info.st_mtim.tv_sec) +
          '.' + std::to_string(info.st_mtim.tv_nsec) + '\n';
}

void appendPath(const std::string& path, std::string* out) {
  std::error_code error;
  *out += path + '\n';
  if (!fs::is_directory(path, error)) {
    appendFile(path, out);
    return;
  }
  std::vector<std::string> files;
  fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator() && files.size() < kMaxFiles;
       it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) appendFile(file, out);
}

std::string number(const std::optional<int>& value) { return value ? std::to_string(*value) : "-"; }

}  // namespace

std::string ruleSetIdentity(const waf::RuleSetOptions& options) {
  std::string identity = number(options.paranoia_level) + ' ' + number(options.inbound_threshold) +
                         ' ' + number(options.outbound_threshold) + ' ' +
                         (options.use_hyperscan ? "hs" : "pcre") + '\n';
  for (const std::string& path : options.paths) appendPath(path, &identity);
  return identity;
}

const RuleSetCache::Entry& RuleSetCache::get(const waf::RuleSetOptions& options) {
  const std::string identity = ruleSetIdentity(options);
  if (const auto known = entries_.find(identity); known != entries_.end()) return known->second;
  waf::RuleSetOptions at_once = options;
  at_once.cached_databases_only = true;
  waf::RuleSet::Loaded loaded = waf::RuleSet::load(at_once);
  return entries_[identity] =
             Entry{std::move(loaded.rule_set), std::move(loaded.diagnostics), identity};
}

}  // namespace gateway
