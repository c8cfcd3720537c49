// The OWASP CRS as people install it: loads without a diagnostic, blocks attacks, lets plain
// requests pass.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/waf/support/engine_harness.h"
#include "tests/waf/support/seclang_rows.h"

namespace waf {
namespace {

std::shared_ptr<const RuleSet> loadFolder(const std::string& folder, int paranoia) {
  RuleSetOptions options;
  options.paths = {folder};
  options.paranoia_level = paranoia;
  options.use_hyperscan = false;
  const auto loaded = RuleSet::load(options);
  for (const Diagnostic& diagnostic : loaded.diagnostics) ADD_FAILURE() << diagnostic.toString();
  return loaded.rule_set;
}

void expectBlocks(const std::shared_ptr<const RuleSet>& rules) {
  TestRequest attack;
  attack.headers = {{"Host", "localhost"}, {"User-Agent", "curl/8"}, {"Accept", "*/*"}};
  attack.uri = "/?id=1%27%20OR%20%271%27=%271";
  const TestOutcome blocked = runRequest(rules, attack);
  EXPECT_EQ(blocked.status, 403);
  EXPECT_EQ(blocked.decision, Decision::Blocked);
  EXPECT_TRUE(blocked.matched(942100));
  EXPECT_GE(blocked.inbound, 5);

  TestRequest benign = attack;
  benign.uri = "/?q=hello";
  const TestOutcome passed = runRequest(rules, benign);
  EXPECT_EQ(passed.status, 200);
  EXPECT_EQ(passed.decision, Decision::Passed);
  EXPECT_FALSE(passed.relevant);

  Policy detection;
  detection.mode = EngineMode::DetectionOnly;
  const TestOutcome detected = runRequest(rules, attack, detection);
  EXPECT_EQ(detected.status, 200);
  EXPECT_EQ(detected.decision, Decision::Detected);
}

TEST(CrsTest, Crs4LoadsWithoutADiagnosticAndBlocks) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "the conformance folder is absent: CRS 4 was not loaded\n";
    return;
  }
  const auto rules = loadFolder(*shared + "/conformance/crs", 1);
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(rules->statistics().rx_total, 318u);
  expectBlocks(rules);
}

TEST(CrsTest, MemberNamesOfJsonAreSeenInTheRequestBody) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "the conformance folder is absent: CRS 4 was not loaded\n";
    return;
  }
  const auto rules = loadFolder(*shared + "/conformance/crs", 3);
  ASSERT_NE(rules, nullptr);
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "localhost"}, {"Content-Type", "application/json"}};
  request.body = R"({"roles__contained_by":["admin","user"]})";
  EXPECT_TRUE(runRequest(rules, request).matched(934210));
}

TEST(CrsTest, Crs3OfDebianLoadsWithoutADiagnosticAndBlocks) {
  const std::string folder = "/usr/share/modsecurity-crs";
  if (!std::filesystem::is_directory(folder + "/rules")) {
    std::cout << "modsecurity-crs is not installed: CRS 3 was not loaded\n";
    return;
  }
  const auto rules = loadFolder(folder, 1);
  ASSERT_NE(rules, nullptr);
  expectBlocks(rules);
}

}  // namespace
}  // namespace waf
