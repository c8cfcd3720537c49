#include "admin-ui/server/http/request.h"
#include "gateway/cli/command.h"
#include "gateway/cli/files.h"
#include "gateway/cli/output.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

constexpr size_t kMaxPem = 256u << 10;

}  // namespace

int listCertificates(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/certificates"});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json body = answer->json();
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "HOSTS", "ISSUER", "KEY", "DAYS LEFT", "USED BY"}};
  for (const json& certificate : body["items"]) {
    rows.push_back({text(certificate, "name"), text(certificate, "hosts"),
                    text(certificate, "issuer"), text(certificate, "key_type"),
                    text(certificate, "days_left"), text(certificate, "used_by")});
  }
  printTable(rows, call.out);
  return kOk;
}

int importCertificate(Call& call) {
  const std::string& name = call.arguments[0];
  json body = {{"name", name}};
  if (call.has("--self-signed")) {
    body["self_signed_hosts"] = call.values("--self-signed");
  } else if (call.arguments.size() < 2) {
    call.err << "portcullis cert import: give the PEM files, or --self-signed HOST\n";
    return kUsage;
  } else {
    std::string pem;
    for (size_t i = 1; i < call.arguments.size(); ++i) {
      const auto file = readFileOr(call.in, call.arguments[i], kMaxPem);
      if (!file) return call.fail(file.error().message);
      pem += *file + "\n";
    }
    body["pem"] = pem;
  }
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const std::string target = "/certificates/" + admin::percentEncode(name);
  const auto present = api->call({"GET", target});
  if (!present) return call.fail(present.error().message);
  const auto answer = present->ok() ? api->call({"PUT", target, body.dump()})
                                    : api->call({"POST", "/certificates", body.dump()});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json item = answer->json().value("item", json::object());
  call.out << "certificate " << name << " for " << text(item, "hosts") << ", "
           << text(item, "days_left") << " days left\n";
  return kOk;
}

}  // namespace gateway::cli
