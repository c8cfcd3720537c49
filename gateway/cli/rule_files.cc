#include "gateway/cli/rule_files.h"

#include <filesystem>
#include <ostream>

#include "admin-ui/server/rulesets/archive.h"
#include "waf/base/text.h"

namespace gateway::cli {

waf::Result<RuleFiles> RuleFiles::open(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  RuleFiles out;
  for (const std::string& path : paths) {
    std::error_code code;
    if (!fs::exists(path, code)) {
      return waf::fail(waf::ErrorCode::NotFound, "cli", path + ": there is no such file or folder");
    }
    if (!admin::isArchiveName(path)) {
      out.paths_.push_back(path);
      continue;
    }
    auto scratch =
        admin::ScratchFolder::create(fs::temp_directory_path(code).string(), "portcullis-rules-");
    if (!scratch) return waf::fail(std::move(scratch).error());
    out.unpacked_.push_back(std::make_unique<admin::ScratchFolder>(std::move(*scratch)));
    const std::string& folder = out.unpacked_.back()->path();
    const auto unpacked = admin::unpackArchive(path, path, folder, admin::ArchiveLimits{}, {});
    if (!unpacked)
      return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": " + unpacked.error().message);
    auto root = admin::findRuleSetRoot(folder);
    if (!root) return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": " + root.error().message);
    out.paths_.push_back(std::move(*root));
  }
  return out;
}

std::optional<waf::RuleSetOptions> readRuleOptions(Call& call, const RuleFiles& files) {
  waf::RuleSetOptions options;
  options.paths = files.paths();
  options.cache_dir = call.value("--cache", "");
  if (!call.has("--paranoia-level")) return options;
  uint64_t level = 0;
  if (!waf::parseUint64(call.value("--paranoia-level"), &level) || level < 1 || level > 4) {
    call.err << "portcullis " << call.command.words << ": --paranoia-level must be 1 to 4\n";
    return std::nullopt;
  }
  options.paranoia_level = static_cast<int>(level);
  return options;
}

}  // namespace gateway::cli
