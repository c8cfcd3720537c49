// The 155 whole transactions of the conformance folder: rules, a request, and the status or the
// refusal to load.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/waf/support/engine_harness.h"
#include "tests/waf/support/seclang_rows.h"

namespace waf {
namespace {

using nlohmann::json;

// The ids of tests/conformance/transactions-expected.yaml: these must be refused at load.
std::set<std::string> refusedTransactions() {
  std::set<std::string> ids;
  std::ifstream file(SOURCE_DIR "/tests/conformance/transactions-expected.yaml");
  constexpr std::string_view kEntry = "- id: ";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kEntry)) ids.insert(line.substr(kEntry.size()));
  }
  return ids;
}

constexpr std::string_view kRefused = "refused: ";

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
  const json& sent = test["request"];
  readHeaders(sent, &request.headers);
  readHeaders(test["response"], &request.response_headers);
  request.body = readBody(sent);
  request.response_body = readBody(test["response"]);
  if (sent.is_object()) {
    request.method = sent.value("method", std::string("GET"));
    request.uri = sent.value("uri", std::string("/"));
  }
  if (test["client"].is_object()) request.client_ip = test["client"].value("ip", "192.0.2.1");
  return request;
}

// "" when the transaction ends as expected.
std::string run(const json& test) {
  std::string rules;
  for (const json& line : test["rules"]) rules += line.get<std::string>() + "\n";
  const auto loaded = RuleSet::loadText(rules, "vector.conf", "");
  std::string messages;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    messages += diagnostic.toString() + "; ";
  }
  const json& expected = test["expected"];
  if (expected.contains("parser_error") && !expected["parser_error"].get<std::string>().empty()) {
    return loaded.rule_set == nullptr ? "" : "loaded, but must be refused";
  }
  if (loaded.rule_set == nullptr) return std::string(kRefused) + messages;
  const TestOutcome outcome = runRequest(loaded.rule_set, readRequest(test));
  const int status = expected.value("http_code", 200);
  if (outcome.status != status) {
    return "status " + std::to_string(outcome.status) + ", expected " + std::to_string(status);
  }
  const std::string redirect = expected.value("redirect_url", std::string());
  if (!redirect.empty() && outcome.redirect != redirect) return "redirect " + outcome.redirect;
  return "";
}

TEST(TransactionConformanceTest, TransactionsEndWithTheExpectedStatus) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "the conformance folder is absent: the transactions did not run\n";
    return;
  }
  std::ifstream file(*shared + "/conformance/seclang/transactions.json");
  const json tests = json::parse(file);
  const std::set<std::string> refused = refusedTransactions();
  EXPECT_FALSE(refused.empty());
  EXPECT_LE(refused.size(), 12u);
  for (const json& test : tests) {
    const std::string id = test["id"];
    const std::string problem = run(test);
    if (refused.count(id) > 0) {
      EXPECT_TRUE(problem.starts_with(kRefused)) << id << " must be refused: " << problem;
    } else {
      EXPECT_EQ(problem, "") << id << ": " << test["title"];
    }
  }
}

}  // namespace
}  // namespace waf
