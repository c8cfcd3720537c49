#include "admin-ui/server/config/config_service.h"

#include <algorithm>
#include <filesystem>

#include "admin-ui/server/api/passwords.h"
#include "admin-ui/server/rulesets/import.h"
#include "db/certificate/certificate.h"
#include "db/config/diff.h"
#include "db/config/validate.h"

namespace admin {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxComment = 1000;

const db::CertificateConfig* findCertificate(const db::Config& config, const std::string& name) {
  const auto found = std::find_if(config.certificates.begin(), config.certificates.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  return found == config.certificates.end() ? nullptr : &*found;
}

// A chain that comes without its key (a renewal, an export of the certificates alone) keeps the key
// of the stored one.
void keepStoredKey(const db::CertificateConfig* before, db::CertificateConfig* certificate) {
  if (!certificate->key_pem.empty() || before == nullptr) return;
  if (certificate->key_sealed.empty() || certificate->key_sealed == before->key_sealed) {
    certificate->key_pem = before->key_pem;
    certificate->key_sealed = before->key_sealed;
  }
}

// An output whose secret was not given anew keeps the stored one: the API never shows it.
void keepStoredSecrets(const db::Config& before, db::Config* after) {
  for (db::OutputConfig& output : after->settings.outputs) {
    if (!output.secret.empty() || output.kind != "webhook") continue;
    for (const db::OutputConfig& old : before.settings.outputs) {
      if (old.name != output.name || old.secret_sealed != output.secret_sealed) continue;
      output.secret = old.secret;
    }
  }
}

const db::RulesetConfig* findRuleset(const db::Config& config, const std::string& name) {
  const auto found = std::find_if(config.rulesets.begin(), config.rulesets.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  return found == config.rulesets.end() ? nullptr : &*found;
}

// Paths that are new must lead somewhere on this machine.
std::optional<ApiError> checkRulesetPaths(const db::Config& before, const db::Config& after) {
  for (const db::RulesetConfig& ruleset : after.rulesets) {
    const db::RulesetConfig* known = findRuleset(before, ruleset.name);
    if (known != nullptr && known->path == ruleset.path) continue;
    std::error_code code;
    if (!fs::path(ruleset.path).is_absolute() || !fs::exists(ruleset.path, code)) {
      return invalid("rule set \"" + ruleset.name + "\": " + ruleset.path +
                         ": there is no such file or folder on this machine; give an absolute path",
                     "path");
    }
  }
  return std::nullopt;
}

std::string describe(const db::Config& before, const db::Config& after) {
  std::string out;
  for (const std::string& sentence : db::diffConfigs(before, after)) {
    if (out.size() + sentence.size() > kMaxComment) return out + "; …";
    if (!out.empty()) out += "; ";
    out += sentence;
  }
  return out;
}

std::optional<ApiError> checkWhole(const db::Config& config) {
  const auto problems = db::findProblems(config);
  if (problems.empty()) return std::nullopt;
  ApiError error = invalid(problems.front().message, problems.front().field);
  if (problems.size() > 1)
    error.message += " (and " + std::to_string(problems.size() - 1) + " more)";
  return error;
}

std::optional<ApiError> checkNoAuthorityFiles(const db::Config& config) {
  const auto refuse = [](const std::string& what, const char* field) {
    return invalid(what + ": files are read by the command line only; send the content as ca_pem",
                   field);
  };
  for (const db::UpstreamConfig& upstream : config.upstreams) {
    if (!upstream.tls.ca_file.empty())
      return refuse("upstream \"" + upstream.name + "\"", "tls.ca_file");
  }
  for (const db::SiteConfig& site : config.sites) {
    if (!site.client_certificates.ca_file.empty())
      return refuse("site \"" + site.name + "\"", "client_certificates.ca_file");
  }
  return std::nullopt;
}

ApiError refusal(PrepareFailure failure) {
  ApiError error = apiError(failure.error);
  error.diagnostics = std::move(failure.diagnostics);
  return error;
}

}  // namespace

waf::Result<CurrentConfig> ConfigService::current() const {
  auto loaded = store_ != nullptr ? store_->config().load() : db::loadLastGood(data_dir_);
  if (!loaded) return waf::fail(std::move(loaded).error());
  return CurrentConfig{std::move(loaded->first), std::move(loaded->second)};
}

std::optional<ApiError> ConfigService::complete(const db::Config& before, db::Config* after) const {
  if (const auto error = checkNoAuthorityFiles(*after)) return error;
  for (db::CertificateConfig& certificate : after->certificates) {
    if (!certificate.chain_file.empty() || !certificate.key_file.empty()) {
      return invalid("certificate \"" + certificate.name +
                         "\": files are read by the command line only; send their content as "
                         "chain_pem and key_pem",
                     "chain_file");
    }
    keepStoredKey(findCertificate(before, certificate.name), &certificate);
  }
  keepStoredSecrets(before, after);
  if (store_ != nullptr) {
    if (const auto ok = store_->config().unsealKeys(after); !ok) return apiError(ok.error());
  }
  if (const auto error = checkWhole(*after)) return error;
  for (const db::CertificateConfig& certificate : after->certificates) {
    const db::CertificateConfig* known = findCertificate(before, certificate.name);
    // One that has expired since it was stored must not stand in the way of every other change.
    if (known != nullptr && known->chain_pem == certificate.chain_pem &&
        known->key_pem == certificate.key_pem) {
      continue;
    }
    const auto checked =
        db::checkCertificate(certificate.chain_pem, certificate.key_pem, clock_.wall());
    if (checked) continue;
    ApiError error = apiError(checked.error());
    error.message = "certificate \"" + certificate.name + "\": " + error.message;
    return error;
  }
  return checkRulesetPaths(before, *after);
}

// An archive named by its path is unpacked below the data directory, and the document then names
// the folder.
std::optional<ApiError> ConfigService::unpackArchives(const db::Config& before, db::Config* after,
                                                      std::vector<std::string>* folders) const {
  for (db::RulesetConfig& ruleset : after->rulesets) {
    const db::RulesetConfig* known = findRuleset(before, ruleset.name);
    if ((known != nullptr && known->path == ruleset.path) || !isArchiveName(ruleset.path)) continue;
    std::error_code code;
    if (!fs::is_regular_file(ruleset.path, code)) continue;
    const auto unpacked = unpackForStore(ruleset.path, ruleset.path, data_dir_, ruleset.name, {});
    if (!unpacked) {
      ApiError error = apiError(unpacked.error());
      error.message = "rule set \"" + ruleset.name + "\": " + error.message;
      return error;
    }
    folders->push_back(unpacked->folder);
    ruleset.path = unpacked->root;
  }
  return std::nullopt;
}

std::optional<ApiError> ConfigService::check(const db::Config& config) {
  const auto before = current();
  if (!before) return apiError(before.error());
  db::Config completed = config;
  return complete(before->config, &completed);
}

waf::Result<db::ConfigVersion> ConfigService::commit(const CurrentConfig& before,
                                                     const ConfigChange& change,
                                                     const std::string& difference,
                                                     const db::Config& edited, bool* unknown) {
  const std::string comment =
      change.comment.empty() ? difference : change.comment.substr(0, kMaxComment);
  auto version = store_->config().commit(edited, before.version.number, change.author, comment);
  if (version || version.error().code != waf::ErrorCode::Unavailable) return version;
  // The connection may have broken after the database stored it and before it said so.
  auto newest = store_->config().load();
  *unknown = !newest;
  const bool is_stored = newest && newest->first.number == before.version.number + 1 &&
                         describe(newest->second, edited).empty();
  if (is_stored) return std::move(newest->first);
  return version;
}

std::optional<ApiError> ConfigService::store(const CurrentConfig& before,
                                             const ConfigChange& change, db::Config edited,
                                             CurrentConfig* now, bool* unknown) {
  const std::string difference = describe(before.config, edited);
  const bool is_stored = difference.empty() && before.version.number > 0;
  // What is stored may not be in force yet: see commit().
  if (is_stored && gateway_.status().config_version == before.version.number) {
    *now = before;
    return std::nullopt;
  }
  PrepareFailure failure;
  auto prepared = gateway_.prepare(edited, &failure);
  if (!prepared) return refusal(std::move(failure));
  const auto version = is_stored ? waf::Result<db::ConfigVersion>(before.version)
                                 : commit(before, change, difference, edited, unknown);
  if (!version) return apiError(version.error());
  gateway_.publish(std::move(prepared), *version);
  const auto saved = db::saveLastGood(data_dir_, *version, edited);
  {
    const std::lock_guard lock(problem_mutex_);
    last_good_problem_ = saved ? "" : saved.error().message;
  }
  *now = {*version, std::move(edited)};
  return std::nullopt;
}

ConfigService::Outcome ConfigService::apply(const ConfigChange& change, const Edit& edit) {
  Outcome outcome;
  if (store_ == nullptr) {
    outcome.error = databaseUnreadable();
    return outcome;
  }
  const std::lock_guard lock(changing_);
  const auto before = current();
  if (!before) {
    outcome.error = apiError(before.error());
    return outcome;
  }
  if (change.if_match && *change.if_match != before->version.number) {
    outcome.error =
        conflict("the configuration is at version " + std::to_string(before->version.number) +
                 ", not " + std::to_string(*change.if_match) +
                 " any more: somebody else changed it; load it again and repeat the change");
    return outcome;
  }
  db::Config edited = before->config;
  outcome.error = edit(edited);
  if (!outcome.error) outcome.error = complete(before->config, &edited);
  std::vector<std::string> unpacked;
  if (!outcome.error) outcome.error = unpackArchives(before->config, &edited, &unpacked);
  bool unknown = false;
  if (!outcome.error) {
    outcome.error = store(*before, change, std::move(edited), &outcome.now, &unknown);
  }
  // A version that may be stored may name what was unpacked.
  if (outcome.error && !unknown) {
    std::error_code code;
    for (const std::string& folder : unpacked) fs::remove_all(folder, code);
  }
  return outcome;
}

std::string ConfigService::lastGoodProblem() const {
  const std::lock_guard lock(problem_mutex_);
  return last_good_problem_;
}

}  // namespace admin
