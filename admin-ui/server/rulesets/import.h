#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin-ui/server/http/response.h"
#include "waf/base/result.h"
#include "waf/engine/rule_set.h"

namespace admin {

inline constexpr uint64_t kMaxUpload = 100ull << 20;

// Stages as the API names them: unpack, parse, check, compile, store. False cancels.
using ImportProgress = std::function<bool(std::string_view stage, size_t done, size_t total)>;

// A folder of our own that goes away with the object, unless it is kept.
class ScratchFolder {
 public:
  static waf::Result<ScratchFolder> create(const std::string& parent, const std::string& prefix);
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();
  const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// An upload of rules, unpacked: `root` is what RuleSet::load takes.
struct UnpackedRules {
  std::string folder;
  std::string root;
};

// Unpacks into the new folder <data_dir>/rulesets/<name>/<n>. On an error nothing of it is left.
waf::Result<UnpackedRules> unpackForStore(const std::string& archive, const std::string& filename,
                                          const std::string& data_dir, const std::string& name,
                                          const ImportProgress& progress);

// A .zip, .tar, .tgz or .tar.gz file by its name.
bool isArchiveName(std::string_view path);

// What a load says, in the words of the API: rules, rx_total, …, diagnostics.
nlohmann::json describeStatistics(const waf::RuleSetStatistics& statistics);
nlohmann::json describeLoad(const waf::RuleSet::Loaded& loaded);
// The refusal of a set that did not load, with every diagnostic.
ApiError refusedRules(const std::vector<waf::Diagnostic>& diagnostics);

// How a new version of a set differs from the one before, by rule id:
// {"added":[…],"changed":[…],"removed":[…]}.
nlohmann::json compareRules(const waf::RuleSet* before, const waf::RuleSet& after);

}  // namespace admin
