// How our own rule set does on the recorded corpus: each request goes through a transaction in
// process, and counts as blocked when the interruption's status is 403, as the replay tool counts
// it.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "tests/waf/support/recorded_requests.h"
#include "tests/waf/support/rule_harness.h"

namespace waf {
namespace {

constexpr double kLeastDetected = 85.0;  // per cent of the attacks
constexpr double kMostFalse = 0.1;       // per cent of the benign requests

TEST(CorpusScoreTest, FindsMostAttacksAndFewBenignRequests) {
  const std::string shared = sharedFolder(SOURCE_DIR, "the corpus score");
  if (shared.empty()) return;
  const auto requests = loadRecordedRequests(shared + "/corpus/requests.tar.gz");
  ASSERT_FALSE(requests.empty());
  const auto rules = loadOwnRules(SOURCE_DIR);
  ASSERT_NE(rules, nullptr);
  size_t attacks = 0, detected = 0, benign = 0, blocked = 0;
  for (const RecordedRequest& request : requests) {
    RuleRequest sent;
    sent.method = request.method;
    sent.uri = request.uri;
    sent.protocol = request.protocol;
    sent.headers = request.headers;
    sent.body = request.body;
    const bool stopped = run(rules, sent).status == 403;
    (request.attack ? attacks : benign) += 1;
    if (stopped) (request.attack ? detected : blocked) += 1;
    if (stopped && !request.attack) std::printf("false: %s\n", request.name.c_str());
  }
  const double detected_share =
      100.0 * static_cast<double>(detected) / static_cast<double>(attacks);
  const double false_share = 100.0 * static_cast<double>(blocked) / static_cast<double>(benign);
  std::printf(
      "own rules on the corpus: %zu of %zu attacks (%.2f %%), %zu of %zu benign (%.3f %%)\n",
      detected, attacks, detected_share, blocked, benign, false_share);
  EXPECT_GE(detected_share, kLeastDetected);
  EXPECT_LE(false_share, kMostFalse);
}

}  // namespace
}  // namespace waf
