// tests/rules/<file>.json holds, for each rule of rules/<file>.conf, attacks that must match it and
// look-alikes that must not:
//
//   {"file": "30-sqli.conf", "rules": [{"id": 3003010, "attacks": [VECTOR…], "benign": [VECTOR…]}]}
//
// A VECTOR has any of: "arg" (the value of a query parameter), "uri" (a whole target), "method",
// "headers" (name → value), "body", "upload" (the name of an uploaded file), "response" (a
// response's body).
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/waf/support/rule_harness.h"

namespace waf {
namespace {

using nlohmann::json;

std::string percentEncode(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out.push_back(c);
    } else {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

void setHeader(RuleRequest* request, const std::string& name, const std::string& value) {
  for (auto& [known, old] : request->headers) {
    if (known == name) {
      old = value;
      return;
    }
  }
  request->headers.emplace_back(name, value);
}

RuleRequest toRequest(const json& vector) {
  RuleRequest request;
  request.headers = {{"Host", "shop.example"},
                     {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/118.0"},
                     {"Accept", "*/*"}};
  request.method = vector.value("method", "GET");
  request.uri = vector.value("uri", "/");
  request.body = vector.value("body", "");
  request.response_body = vector.value("response", "");
  if (vector.contains("arg"))
    request.uri = "/?q=" + percentEncode(vector["arg"].get<std::string>());
  if (vector.contains("upload")) {
    request.method = "POST";
    setHeader(&request, "Content-Type", "multipart/form-data; boundary=xyz");
    request.body = "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" +
                   vector["upload"].get<std::string>() +
                   "\"\r\nContent-Type: image/png\r\n\r\ndata\r\n--xyz--\r\n";
  }
  if (!request.body.empty())
    setHeader(&request, "Content-Length", std::to_string(request.body.size()));
  if (vector.contains("headers")) {
    for (const auto& [name, value] : vector["headers"].items())
      setHeader(&request, name, value.get<std::string>());
  }
  return request;
}

class RuleVectorsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { rules_ = loadOwnRules(SOURCE_DIR); }
  static void TearDownTestSuite() { rules_.reset(); }

  static std::vector<json> vectorFiles() {
    std::vector<json> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SOURCE_DIR) + "/tests/rules")) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream stream(entry.path());
      files.push_back(json::parse(stream));
    }
    return files;
  }

  static std::shared_ptr<const RuleSet> rules_;
};

std::shared_ptr<const RuleSet> RuleVectorsTest::rules_;

TEST_F(RuleVectorsTest, EveryAttackMatchesItsRuleAndNoLookAlikeDoes) {
  ASSERT_NE(rules_, nullptr);
  for (const json& file : vectorFiles()) {
    for (const json& rule : file["rules"]) {
      const int64_t id = rule["id"].get<int64_t>();
      for (const json& vector : rule["attacks"]) {
        EXPECT_TRUE(run(rules_, toRequest(vector), true).matched.count(id) > 0)
            << id << " misses " << vector;
      }
      for (const json& vector : rule["benign"]) {
        EXPECT_FALSE(run(rules_, toRequest(vector), true).matched.count(id) > 0)
            << id << " takes " << vector;
      }
    }
  }
}

TEST_F(RuleVectorsTest, NoLookAlikeIsBlocked) {
  ASSERT_NE(rules_, nullptr);
  for (const json& file : vectorFiles()) {
    for (const json& rule : file["rules"]) {
      for (const json& vector : rule["benign"]) {
        const RuleOutcome outcome = run(rules_, toRequest(vector));
        std::string ids;
        for (const int64_t id : outcome.matched) ids += std::to_string(id) + " ";
        EXPECT_EQ(outcome.status, 200) << vector << " by " << ids;
      }
    }
  }
}

TEST_F(RuleVectorsTest, EveryScoringRuleHasVectors) {
  ASSERT_NE(rules_, nullptr);
  std::set<int64_t> covered;
  for (const json& file : vectorFiles()) {
    for (const json& rule : file["rules"]) {
      if (!rule["attacks"].empty() && !rule["benign"].empty())
        covered.insert(rule["id"].get<int64_t>());
    }
  }
  size_t scoring = 0;
  for (const RuleSummary& rule : rules_->rules()) {
    EXPECT_GE(rule.id, 3000000);
    EXPECT_LE(rule.id, 3009999);
    if (rule.text.find("_anomaly_score=+") == std::string::npos) continue;
    ++scoring;
    EXPECT_TRUE(covered.count(rule.id) > 0) << rule.id << " (" << rule.file << ") has no vectors";
  }
  EXPECT_GE(scoring, 60u);
}

// The loader leaves out a pattern that it measures to be slow, so a few may be missing.
TEST_F(RuleVectorsTest, NearlyEveryPatternIsInHyperscan) {
  ASSERT_NE(rules_, nullptr);
  const RuleSetStatistics& statistics = rules_->statistics();
  std::printf("%zu of %zu patterns are in Hyperscan\n", statistics.rx_hyperscan,
              statistics.rx_total);
  EXPECT_GE(statistics.rx_hyperscan * 10, statistics.rx_total * 9);
}

}  // namespace
}  // namespace waf
