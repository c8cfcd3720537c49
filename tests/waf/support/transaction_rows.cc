#include "tests/waf/support/transaction_rows.h"

#include "tests/waf/support/engine_harness.h"

namespace waf::test {
namespace {

using nlohmann::json;

// A member, or null.
const json& member(const json& object, const char* name) {
  static const json kNull;
  return object.contains(name) ? object[name] : kNull;
}

std::string textOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return {};
}

void readHeaders(const json& object, std::vector<std::pair<std::string, std::string>>* out) {
  out->clear();
  if (!object.is_object() || !object.contains("headers")) return;
  for (const auto& [name, value] : object["headers"].items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    out->emplace_back(name, text);
  }
}

// Bodies are lists of lines.
std::string readBody(const json& object) {
  std::string body;
  if (!object.is_object() || !object.contains("body")) return body;
  const json& lines = object["body"];
  if (lines.is_string()) return lines.get<std::string>();
  if (!lines.is_array()) return body;
  for (const json& line : lines) body += textOf(line) + "\n";
  return body;
}

TestRequest readRequest(const json& test) {
  TestRequest request;
  const json& sent = member(test, "request");
  readHeaders(sent, &request.headers);
  readHeaders(member(test, "response"), &request.response_headers);
  request.body = readBody(sent);
  request.response_body = readBody(member(test, "response"));
  if (sent.is_object()) {
    request.method = sent.value("method", std::string("GET"));
    request.uri = sent.value("uri", std::string("/"));
  }
  if (member(test, "response").is_object())
    request.response_status = member(test, "response").value("status", 200);
  if (member(test, "client").is_object())
    request.client_ip = member(test, "client").value("ip", "192.0.2.1");
  return request;
}

}  // namespace

std::string runTransactionRow(const json& test, const std::string& folder) {
  std::string rules;
  for (const json& line : test["rules"]) rules += line.get<std::string>() + "\n";
  const auto loaded = RuleSet::loadText(rules, "vector.conf", folder);
  std::string messages;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    messages += diagnostic.toString() + "; ";
  }
  const json& expected = test["expected"];
  if (expected.contains("parser_error") && !expected["parser_error"].get<std::string>().empty()) {
    if (loaded.rule_set != nullptr) return "loaded, but must be refused";
    // Rows of our own say in our words why.
    const bool told = messages.find(test.value("reason", std::string())) != std::string::npos;
    return told ? "" : "refused for another reason: " + messages;
  }
  if (loaded.rule_set == nullptr) return std::string(kRefused) + messages;
  const TestOutcome outcome = runRequest(loaded.rule_set, readRequest(test));
  const int status = expected.value("http_code", readRequest(test).response_status);
  if (outcome.status != status) {
    return "status " + std::to_string(outcome.status) + ", expected " + std::to_string(status);
  }
  const std::string redirect = expected.value("redirect_url", std::string());
  if (!redirect.empty() && outcome.redirect != redirect) return "redirect " + outcome.redirect;
  return "";
}

}  // namespace waf::test
