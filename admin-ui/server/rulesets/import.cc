#include "admin-ui/server/rulesets/import.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "admin-ui/server/rulesets/archive.h"
#include "waf/base/text.h"

namespace admin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxListed = 2000;  // ids of a comparison, diagnostics of a refusal

// The number of the next version below <data_dir>/rulesets/<name>.
uint64_t nextNumber(const fs::path& parent) {
  uint64_t highest = 0;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(parent, code)) {
    uint64_t number = 0;
    if (waf::parseUint64(entry.path().filename().string(), &number))
      highest = std::max(highest, number);
  }
  return highest + 1;
}

}  // namespace

waf::Result<ScratchFolder> ScratchFolder::create(const std::string& parent,
                                                 const std::string& prefix) {
  std::error_code code;
  fs::create_directories(parent, code);
  std::string path = parent + "/" + prefix + "XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return waf::fail(waf::ErrorCode::Unavailable, "import",
                     parent + ": no folder can be made there");
  }
  return ScratchFolder(std::move(path));
}

ScratchFolder::~ScratchFolder() {
  if (path_.empty()) return;
  std::error_code code;
  fs::remove_all(path_, code);
}

waf::Result<UnpackedRules> unpackForStore(const std::string& archive, const std::string& filename,
                                          const std::string& data_dir, const std::string& name,
                                          const ImportProgress& progress) {
  const fs::path parent = fs::path(data_dir) / "rulesets" / name;
  auto scratch = ScratchFolder::create(parent.string(), "new-");
  if (!scratch) return waf::fail(std::move(scratch).error());
  const auto counted = [&](size_t done, size_t total) {
    return !progress || progress("unpack", done, total);
  };
  if (auto ok = unpackArchive(archive, filename, scratch->path(), ArchiveLimits{}, counted); !ok) {
    return waf::fail(std::move(ok).error());
  }
  const auto root = findRuleSetRoot(scratch->path());
  if (!root) return waf::fail(root.error());
  // Renaming fails where the number is taken in the meantime: the next one then.
  std::error_code code;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const fs::path folder = parent / std::to_string(nextNumber(parent));
    fs::rename(scratch->path(), folder, code);
    if (code) continue;
    UnpackedRules rules{folder.string(), folder.string() + root->substr(scratch->path().size())};
    scratch->keep();
    return rules;
  }
  return waf::fail(waf::ErrorCode::Unavailable, "import", parent.string() + ": " + code.message());
}

bool isArchiveName(std::string_view path) {
  const std::string lower = waf::toLower(path);
  for (const std::string_view suffix : {".zip", ".tar", ".tgz", ".tar.gz"}) {
    if (lower.ends_with(suffix)) return true;
  }
  return false;
}

json describeStatistics(const waf::RuleSetStatistics& statistics) {
  return {{"rules", statistics.rules},
          {"rx_total", statistics.rx_total},
          {"rx_hyperscan", statistics.rx_hyperscan},
          {"databases", statistics.databases},
          {"database_bytes", statistics.database_bytes},
          {"load_ms", statistics.load_time.count()},
          {"compiling", statistics.provisional}};
}

json describeLoad(const waf::RuleSet::Loaded& loaded) {
  json out = describeStatistics(loaded.rule_set ? loaded.rule_set->statistics()
                                                : waf::RuleSetStatistics{});
  json diagnostics = json::array();
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostics.size() == kMaxListed) break;
    diagnostics.push_back(toJson(diagnostic));
  }
  out["diagnostics"] = std::move(diagnostics);
  return out;
}

ApiError refusedRules(const std::vector<waf::Diagnostic>& diagnostics) {
  size_t errors = 0;
  const waf::Diagnostic* first = nullptr;
  for (const waf::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != waf::Diagnostic::Severity::Error) continue;
    ++errors;
    if (first == nullptr) first = &diagnostic;
  }
  ApiError error = invalid("the rule set does not load, so nothing was changed");
  if (first != nullptr) {
    error.message += ": " + first->file + ":" + std::to_string(first->line) + ": " + first->message;
  }
  if (errors > 1) error.message += " (and " + std::to_string(errors - 1) + " more)";
  error.diagnostics.assign(
      diagnostics.begin(),
      diagnostics.begin() + static_cast<ptrdiff_t>(std::min(diagnostics.size(), kMaxListed)));
  return error;
}

json compareRules(const waf::RuleSet* before, const waf::RuleSet& after) {
  std::map<int64_t, const waf::RuleSummary*> old_rules;
  if (before != nullptr) {
    for (const waf::RuleSummary& rule : before->rules()) {
      if (rule.id != 0) old_rules.emplace(rule.id, &rule);
    }
  }
  json added = json::array();
  json changed = json::array();
  json removed = json::array();
  for (const waf::RuleSummary& rule : after.rules()) {
    if (rule.id == 0) continue;
    const auto known = old_rules.find(rule.id);
    if (known == old_rules.end()) {
      if (added.size() < kMaxListed) added.push_back(rule.id);
      continue;
    }
    if (known->second->text != rule.text && changed.size() < kMaxListed) changed.push_back(rule.id);
    old_rules.erase(known);
  }
  for (const auto& [id, rule] : old_rules) {
    if (removed.size() < kMaxListed) removed.push_back(id);
  }
  return {{"added", std::move(added)},
          {"changed", std::move(changed)},
          {"removed", std::move(removed)}};
}

}  // namespace admin
