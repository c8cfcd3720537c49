#include <fstream>

#include "admin-ui/server/http/request.h"
#include "db/certificate/certificate.h"
#include "db/config/config_json.h"
#include "db/config/validate.h"
#include "gateway/cli/command.h"
#include "gateway/cli/document.h"
#include "gateway/cli/offline_port.h"

namespace gateway::cli {
namespace {

// Everything that can be told of a document without a data directory.
int checkDocument(Call& call, const nlohmann::json& document) {
  const auto config = db::parseConfig(document);
  if (!config) return call.fail(config.error().message);
  for (const db::ConfigProblem& problem : db::findProblems(*config)) call.fail(problem.message);
  if (!db::findProblems(*config).empty()) return kFailed;
  for (const db::CertificateConfig& certificate : config->certificates) {
    if (certificate.key_pem.empty()) continue;  // sealed: only its own installation can open it
    const auto checked = db::checkCertificate(certificate.chain_pem, certificate.key_pem,
                                              waf::Clock::system().wall());
    if (!checked)
      return call.fail("certificate \"" + certificate.name + "\": " + checked.error().message);
  }
  OfflinePort port;
  admin::PrepareFailure failure;
  if (checkSiteRules(*config, port, &failure)) return kOk;
  call.fail(failure.error.message);
  for (const waf::Diagnostic& diagnostic : failure.diagnostics)
    call.err << "  " << diagnostic.toString() << '\n';
  return kFailed;
}

}  // namespace

int exportConfig(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/config"});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  const std::string text = answer->json().dump(2) + "\n";
  if (!call.has("--output")) {
    call.out << text;
    return kOk;
  }
  std::ofstream file(call.value("--output"), std::ios::binary);
  file << text;
  file.close();
  return file ? kOk : call.fail(call.value("--output") + ": cannot be written");
}

int applyConfig(Call& call) {
  const auto document = readDocument(call.in, call.arguments[0]);
  if (!document) return call.fail(document.error().message);
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const std::string comment = call.value("--comment", "");
  const auto answer = api->call(
      {"PUT", comment.empty() ? "/config" : "/config?comment=" + admin::percentEncode(comment),
       document->dump()});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
  } else {
    call.out << "version " << answer->json().value("version", int64_t{0}) << " is "
             << (api->daemon() ? "in force" : "stored; the gateway will start with it") << '\n';
  }
  return kOk;
}

int validateConfig(Call& call) {
  const auto document = readDocument(call.in, call.arguments[0]);
  if (!document) return call.fail(document.error().message);
  const int code = checkDocument(call, *document);
  if (code == kOk)
    call.out << (call.json() ? "{\"valid\":true}" : "the configuration is valid") << '\n';
  return code;
}

}  // namespace gateway::cli
