#include "admin-ui/server/auth/random.h"
#include "admin-ui/server/http/request.h"
#include "gateway/cli/command.h"
#include "gateway/cli/output.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

std::string target(const Call& call, const char* action) {
  return "/users/" + admin::percentEncode(call.arguments[0]) + action;
}

int change(Call& call, const ApiCall& request, const std::string& sentence) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call(request);
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  call.out << (call.json() ? (answer->body.empty() ? "{}" : answer->body) : sentence) << '\n';
  return kOk;
}

// From standard input, one line; or made, and then `*made` is what is printed with the answer.
std::string choosePassword(Call& call, std::string* made) {
  if (call.has("--password-stdin")) {
    std::string line;
    std::getline(call.in, line);
    return std::string(waf::trim(line, "\r\n"));
  }
  *made = admin::randomPassword();
  return *made;
}

std::string sentence(const std::string& done, const std::string& made) {
  return made.empty() ? done : done + "; password: " + made + " (to be changed at the first login)";
}

}  // namespace

int listUsers(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/users"});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json body = answer->json();
  std::vector<std::vector<std::string>> rows = {{"NAME", "ROLE", "STATE", "LAST LOGIN"}};
  for (const json& user : body["items"]) {
    const std::string locked = text(user, "locked_until");
    const std::string state = user.value("disabled", false)               ? "disabled"
                              : !locked.empty()                           ? "locked until " + locked
                              : user.value("must_change_password", false) ? "must change password"
                                                                          : "active";
    rows.push_back({text(user, "name"), text(user, "role"), state, text(user, "last_login")});
  }
  printTable(rows, call.out);
  return kOk;
}

int addUser(Call& call) {
  std::string made;
  const std::string password = choosePassword(call, &made);
  const json body = {
      {"name", call.arguments[0]}, {"role", call.value("--role", "admin")}, {"password", password}};
  return change(call, {"POST", "/users", body.dump()},
                sentence("user " + call.arguments[0] + " is added", made));
}

int setPassword(Call& call) {
  std::string made;
  const json body = {{"password", choosePassword(call, &made)}};
  return change(call, {"PUT", target(call, "/password"), body.dump()},
                sentence("the password of " + call.arguments[0] + " is set", made));
}

int disableUser(Call& call) {
  return change(call, {"POST", target(call, "/disable")},
                "user " + call.arguments[0] + " is disabled");
}

int enableUser(Call& call) {
  return change(call, {"POST", target(call, "/enable")},
                "user " + call.arguments[0] + " is enabled");
}

int unlockUser(Call& call) {
  return change(call, {"POST", target(call, "/unlock")},
                "user " + call.arguments[0] + " is unlocked");
}

}  // namespace gateway::cli
