#include "admin-ui/server/rulesets/stored_statistics.h"

#include <filesystem>
#include <fstream>

#include "admin-ui/server/rulesets/import.h"

namespace admin {
namespace {

namespace fs = std::filesystem;

// "" when the path is not one of an import.
fs::path sidecar(const std::string& data_dir, const std::string& path) {
  const fs::path base = fs::path(data_dir) / "rulesets";
  const fs::path below = fs::path(path).lexically_relative(base);
  if (below.empty() || *below.begin() == ".." || std::distance(below.begin(), below.end()) < 2)
    return {};
  auto part = below.begin();
  const fs::path name = *part++;
  return base / name / (part->string() + ".json");
}

}  // namespace

nlohmann::json loadStatistics(const std::string& data_dir, const std::string& path) {
  const fs::path file = sidecar(data_dir, path);
  if (file.empty()) return nlohmann::json::object();
  std::ifstream in(file);
  nlohmann::json stored = nlohmann::json::parse(in, nullptr, false);
  nlohmann::json out = nlohmann::json::object();
  if (!stored.is_object()) return out;
  const nlohmann::json known = describeStatistics({});
  for (const auto& [name, value] : known.items()) {
    if (const auto found = stored.find(name); found != stored.end() && found->is_number())
      out[name] = *found;
  }
  return out;
}

void storeStatistics(const std::string& data_dir, const std::string& path,
                     const waf::RuleSetStatistics& statistics) {
  const fs::path file = sidecar(data_dir, path);
  if (file.empty()) return;
  // Best effort: without it the page shows no figures until a site runs the set.
  std::ofstream(file) << describeStatistics(statistics).dump() << '\n';
}

}  // namespace admin
