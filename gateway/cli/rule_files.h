#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin-ui/server/rulesets/import.h"
#include "gateway/cli/command.h"
#include "waf/engine/rule_set.h"

namespace gateway::cli {

// Rules named on the command line: folders, .conf files, and archives, which are unpacked for as
// long as this lives.
class RuleFiles {
 public:
  static waf::Result<RuleFiles> open(const std::vector<std::string>& paths);
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::vector<std::string> paths_;
  std::vector<std::unique_ptr<admin::ScratchFolder>> unpacked_;
};

// The options that `rules check` and `inspect` share; nothing after the usage error was printed.
std::optional<waf::RuleSetOptions> readRuleOptions(Call& call, const RuleFiles& files);

}  // namespace gateway::cli
