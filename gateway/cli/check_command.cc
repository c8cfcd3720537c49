#include "gateway/cli/rule_files.h"

namespace gateway::cli {

int checkRules(Call& call) {
  const auto files = RuleFiles::open(call.arguments);
  if (!files) return call.fail(files.error().message);
  auto options = readRuleOptions(call, *files);
  if (!options) return kUsage;
  options->lint = true;
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(*options);
  const int code = loaded.rule_set != nullptr ? kOk : kFailed;
  if (call.json()) {
    call.out << admin::describeLoad(loaded).dump(-1, ' ', false,
                                                 nlohmann::json::error_handler_t::replace)
             << '\n';
    return code;
  }
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    const bool error = diagnostic.severity == waf::Diagnostic::Severity::Error;
    call.err << (error ? "error: " : "warning: ") << diagnostic.toString() << '\n';
  }
  if (code != kOk) return call.fail("the rule set does not load");
  const waf::RuleSetStatistics& statistics = loaded.rule_set->statistics();
  call.out << statistics.rules << " rules; " << statistics.rx_hyperscan << " of "
           << statistics.rx_total << " @rx patterns in Hyperscan, in " << statistics.databases
           << " databases of " << statistics.database_bytes / 1024 << " KB; loaded in "
           << statistics.load_time.count() << " ms\n";
  return kOk;
}

}  // namespace gateway::cli
