#include "admin-ui/server/config/config_service.h"

#include <algorithm>

#include "admin-ui/server/api/passwords.h"
#include "db/certificate/certificate.h"
#include "db/config/diff.h"
#include "db/config/validate.h"

namespace admin {
namespace {

constexpr size_t kMaxComment = 1000;

const db::CertificateConfig* findCertificate(const db::Config& config, const std::string& name) {
  const auto found = std::find_if(config.certificates.begin(), config.certificates.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  return found == config.certificates.end() ? nullptr : &*found;
}

// An exported document carries keys sealed only: what the store opened for the same object is the
// same key.
void openSealedKey(const db::CertificateConfig* before, db::CertificateConfig* certificate) {
  if (!certificate->key_pem.empty() || before == nullptr) return;
  if (certificate->key_sealed.empty() || certificate->key_sealed == before->key_sealed) {
    certificate->key_pem = before->key_pem;
    certificate->key_sealed = before->key_sealed;
  }
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
  for (db::CertificateConfig& certificate : after->certificates) {
    const db::CertificateConfig* known = findCertificate(before, certificate.name);
    if (!certificate.chain_file.empty() || !certificate.key_file.empty()) {
      return invalid("certificate \"" + certificate.name +
                         "\": files are read by the command line only; send their content as "
                         "chain_pem and key_pem",
                     "chain_file");
    }
    openSealedKey(known, &certificate);
    const bool unchanged = known != nullptr && known->chain_pem == certificate.chain_pem &&
                           known->key_pem == certificate.key_pem;
    // One that has expired since it was stored must not stand in the way of every other change.
    if (unchanged || (certificate.key_pem.empty() && !certificate.key_sealed.empty())) continue;
    const auto checked =
        db::checkCertificate(certificate.chain_pem, certificate.key_pem, clock_.wall());
    if (!checked) {
      ApiError error = apiError(checked.error());
      error.message = "certificate \"" + certificate.name + "\": " + error.message;
      return error;
    }
  }
  return checkWhole(*after);
}

std::optional<ApiError> ConfigService::check(const db::Config& config) {
  const auto before = current();
  if (!before) return apiError(before.error());
  db::Config completed = config;
  return complete(before->config, &completed);
}

std::optional<ApiError> ConfigService::store(const CurrentConfig& before,
                                             const ConfigChange& change, db::Config edited,
                                             CurrentConfig* now) {
  const std::string difference = describe(before.config, edited);
  if (difference.empty() && before.version.number > 0) {
    *now = before;
    return std::nullopt;
  }
  PrepareFailure failure;
  auto prepared = gateway_.prepare(edited, &failure);
  if (!prepared) return refusal(std::move(failure));
  const std::string comment =
      change.comment.empty() ? difference : change.comment.substr(0, kMaxComment);
  const auto version =
      store_->config().commit(edited, before.version.number, change.author, comment);
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
  if (!outcome.error) outcome.error = store(*before, change, std::move(edited), &outcome.now);
  return outcome;
}

std::string ConfigService::lastGoodProblem() const {
  const std::lock_guard lock(problem_mutex_);
  return last_good_problem_;
}

}  // namespace admin
