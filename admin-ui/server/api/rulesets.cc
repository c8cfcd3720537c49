#include <filesystem>

#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/rulesets/builtin.h"
#include "admin-ui/server/rulesets/import.h"
#include "admin-ui/server/rulesets/stored_statistics.h"

namespace admin {
namespace {

struct RulesetKind {
  using Object = db::RulesetConfig;
  static constexpr const char* kKind = "rule set";
  static std::vector<Object>& list(db::Config& config) { return config.rulesets; }

  struct Context {
    const db::Config& config;
    std::vector<RuleSetStatus> running;
    std::string data_dir;
  };
  static Context context(Services& services, const db::Config& config) {
    return {config, services.gateway.status().rulesets, services.data_dir};
  }
  static nlohmann::json describe(const Context& context, const Object& ruleset) {
    nlohmann::json out = db::toJson(ruleset);
    // What the import measured stands for a set that no site runs yet.
    out.update(loadStatistics(context.data_dir, ruleset.path));
    for (const RuleSetStatus& status : context.running) {
      if (status.name == ruleset.name) out.update(describeStatistics(status.statistics));
    }
    out["used_by"] = usedBy(context.config, ruleset.name);
    out["builtin"] = false;
    return out;
  }
  static waf::Result<Object> parse(nlohmann::json body) {
    for (const char* name : {"rules", "rx_total", "rx_hyperscan", "databases", "database_bytes",
                             "load_ms", "compiling", "used_by", "builtin"}) {
      body.erase(name);
    }
    auto ruleset = db::parseRuleset(body);
    if (ruleset && !std::filesystem::path(ruleset->path).is_absolute()) {
      return waf::fail(waf::ErrorCode::Invalid, "api", "path: must be absolute");
    }
    return ruleset;
  }
  static std::vector<std::string> usedBy(const db::Config& config, const std::string& name) {
    return sitesThat(config,
                     [&](const db::SiteConfig& site) { return contains(site.waf.rulesets, name); });
  }
};

using Rulesets = Collection<RulesetKind>;

// Our own rules stand in the list without being in the document.
std::optional<nlohmann::json> describeBuiltin(Services& services, const db::Config& config) {
  const std::string path = services.gateway.builtinRulesPath();
  if (path.empty()) return std::nullopt;
  nlohmann::json out = {{"name", kBuiltinName}, {"path", path}, {"builtin", true}};
  for (const RuleSetStatus& status : services.gateway.status().rulesets) {
    if (status.name == kBuiltinName) out.update(describeStatistics(status.statistics));
  }
  if (!out.contains("rules")) {  // no site runs them now
    waf::RuleSetOptions options;
    options.paths = {path};
    const auto loaded = services.rule_sets.load(std::move(options));
    if (loaded.rule_set != nullptr) out["rules"] = loaded.rule_set->statistics().rules;
  }
  out["used_by"] =
      sitesThat(config, [](const db::SiteConfig& site) { return site.waf.rulesets.empty(); });
  return out;
}

bool isBuiltin(db::Config& config, const std::string& name) {
  return name == kBuiltinName && Rulesets::find(config, name) == nullptr;
}

nlohmann::json describeRule(const waf::RuleSummary& rule) {
  return {{"id", rule.id},     {"phase", rule.phase},
          {"tags", rule.tags}, {"message", rule.message},
          {"file", rule.file}, {"severity", rule.severity},
          {"line", rule.line}, {"paranoia_level", rule.paranoia_level},
          {"text", rule.text}};
}

}  // namespace

Response listRulesets(Services& services, Request& request) {
  auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  const auto context = RulesetKind::context(services, current->config);
  nlohmann::json items = nlohmann::json::array();
  for (const db::RulesetConfig& ruleset : current->config.rulesets) {
    items.push_back(RulesetKind::describe(context, ruleset));
  }
  if (Rulesets::find(current->config, kBuiltinName) == nullptr) {
    if (const auto builtin = describeBuiltin(services, current->config)) items.push_back(*builtin);
  }
  return jsonResponse({{"items", std::move(items)}, {"version", current->version.number}});
}

Response showRuleset(Services& services, Request& request) {
  auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  if (isBuiltin(current->config, request.captures[0])) {
    if (const auto builtin = describeBuiltin(services, current->config))
      return jsonResponse(*builtin);
  }
  return Rulesets::show(services, request);
}

Response createRuleset(Services& s, Request& r) { return Rulesets::create(s, r); }
Response replaceRuleset(Services& s, Request& r) { return Rulesets::replace(s, r); }
Response removeRuleset(Services& s, Request& r) { return Rulesets::remove(s, r); }

Response listRules(Services& services, Request& request) {
  auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  const std::string& name = request.captures[0];
  waf::RuleSetOptions options;
  if (isBuiltin(current->config, name)) {
    options.paths = {services.gateway.builtinRulesPath()};
  } else if (const db::RulesetConfig* ruleset = Rulesets::find(current->config, name)) {
    options.paths = {ruleset->path};
  }
  if (options.paths.empty() || options.paths[0].empty())
    return errorResponse(Rulesets::missing(name), request.id);
  const auto loaded = services.rule_sets.load(options);
  if (loaded.rule_set == nullptr)
    return errorResponse(refusedRules(loaded.diagnostics), request.id);
  nlohmann::json items = nlohmann::json::array();
  for (const waf::RuleSummary& rule : loaded.rule_set->rules()) items.push_back(describeRule(rule));
  return jsonResponse({{"items", std::move(items)}});
}

}  // namespace admin
