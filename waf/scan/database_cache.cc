#include "waf/scan/database_cache.h"

#include <filesystem>
#include <sstream>

#include "waf/scan/cache_file.h"
#include "waf/scan/content_hash.h"

namespace waf {
namespace {

constexpr size_t kMaxDatabaseFile = size_t{512} * 1024 * 1024;
constexpr size_t kMaxVerdictsFile = size_t{16} * 1024 * 1024;
constexpr size_t kMaxVerdicts = 100'000;

// The databases that live in this process.
class Registry {
 public:
  std::shared_ptr<const PatternDatabase> find(const std::string& hash) {
    const std::lock_guard lock(mutex_);
    const auto entry = databases_.find(hash);
    return entry == databases_.end() ? nullptr : entry->second.lock();
  }

  void add(const std::string& hash, const std::shared_ptr<const PatternDatabase>& database) {
    const std::lock_guard lock(mutex_);
    std::erase_if(databases_, [](const auto& entry) { return entry.second.expired(); });
    databases_[hash] = database;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const PatternDatabase>> databases_;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

DatabaseCache::DatabaseCache(std::string folder, Missing missing)
    : folder_(std::move(folder)), missing_(missing) {
  if (folder_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  loadVerdicts();
}

PatternVerdict DatabaseCache::presume(const DatabasePattern& pattern) {
  return verdictOf(pattern, presumePattern);
}

PatternVerdict DatabaseCache::judge(const DatabasePattern& pattern) {
  return verdictOf(pattern, judgePattern);
}

PatternVerdict DatabaseCache::verdictOf(const DatabasePattern& pattern, Judge* make) {
  const std::string hash = contentHash({pattern});
  {
    const std::lock_guard lock(mutex_);
    const auto known = verdicts_.find(hash);
    if (known != verdicts_.end()) return known->second;
  }
  if (missing_ == Missing::LeaveOut && (make == judgePattern || needsMeasuring(pattern))) {
    left_out_.store(true);
    return {};
  }
  const PatternVerdict verdict = make(pattern);
  if (verdict.presumed) return verdict;
  const std::lock_guard lock(mutex_);
  verdicts_[hash] = verdict;
  has_new_verdicts_ = true;
  return verdict;
}

std::shared_ptr<const PatternDatabase> DatabaseCache::database(
    const std::vector<DatabasePattern>& patterns) {
  const std::string hash = contentHash(patterns);
  auto database = registry().find(hash);
  if (database != nullptr) return database;
  database = load(hash);
  if (database == nullptr && missing_ == Missing::LeaveOut) {
    left_out_.store(true);
    return nullptr;
  }
  if (database == nullptr) {
    auto compiled = PatternDatabase::compile(patterns);
    if (!compiled) return nullptr;
    database = *std::move(compiled);
    store(hash, *database);
  }
  registry().add(hash, database);
  return database;
}

std::shared_ptr<const PatternDatabase> DatabaseCache::load(const std::string& hash) const {
  if (folder_.empty()) return nullptr;
  const auto content = readCacheFile(folder_ + "/" + hash + ".hsdb", kMaxDatabaseFile);
  if (!content) return nullptr;
  const size_t line = content->find('\n');
  if (line == std::string::npos) return nullptr;
  const std::string_view bytes = std::string_view(*content).substr(line + 1);
  if (sha256Hex(bytes) != std::string_view(*content).substr(0, line)) return nullptr;
  auto database = PatternDatabase::deserialize(bytes);
  return database ? *std::move(database) : nullptr;
}

void DatabaseCache::store(const std::string& hash, const PatternDatabase& database) const {
  if (folder_.empty()) return;
  const auto bytes = database.serialize();
  if (bytes) writeCacheFile(folder_ + "/" + hash + ".hsdb", sha256Hex(*bytes) + "\n" + *bytes);
}

void DatabaseCache::loadVerdicts() {
  const auto content = readCacheFile(folder_ + "/verdicts", kMaxVerdictsFile);
  if (!content) return;
  std::istringstream lines(*content);
  std::string hash;
  int scan = 0;
  int matches_empty = 0;
  while (verdicts_.size() < kMaxVerdicts && lines >> hash >> scan >> matches_empty) {
    verdicts_[hash] = {.scan = scan == 1, .matches_empty = matches_empty != 0};
  }
}

void DatabaseCache::saveVerdicts() {
  const std::lock_guard lock(mutex_);
  if (folder_.empty() || !has_new_verdicts_) return;
  std::string content;
  for (const auto& [hash, verdict] : verdicts_) {
    content += hash + (verdict.scan ? " 1" : " 0") + (verdict.matches_empty ? " 1\n" : " 0\n");
  }
  has_new_verdicts_ = !writeCacheFile(folder_ + "/verdicts", content);
}

}  // namespace waf
