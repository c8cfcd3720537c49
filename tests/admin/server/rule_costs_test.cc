#include "tests/admin/support/server_fixture.h"

namespace admin {
namespace {

using nlohmann::json;

class RuleCostsTest : public ServerTest {
 protected:
  void SetUp() override {
    waf::RuleCost rule;
    rule.id = 942100;
    rule.message = "SQL injection";
    rule.evaluations = 40;
    rule.hits = 3;
    rule.own_ns = 30'000;
    rule.scan_ns = 10'000;
    gateway_.fixed_costs.samples = 40;
    gateway_.fixed_costs.total_ns = 400'000;
    gateway_.fixed_costs.rules = {rule};
    ServerTest::SetUp();
  }
};

TEST_F(RuleCostsTest, AreToldByTheRequest) {
  Browser reader = loggedIn("reader");
  const Reply reply = reader.get("/api/v1/rules/cost?site=shop");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json costs = reply.json();
  EXPECT_EQ(costs["site"], "shop");
  EXPECT_EQ(costs["samples"], 40);
  EXPECT_EQ(costs["one_of"], 256);
  EXPECT_DOUBLE_EQ(costs["us_per_request"].get<double>(), 10.0);
  ASSERT_EQ(costs["items"].size(), 1u);
  const json& rule = costs["items"][0];
  EXPECT_EQ(rule["id"], 942100);
  EXPECT_EQ(rule["hits"], 3);
  EXPECT_DOUBLE_EQ(rule["us_per_request"].get<double>(), 1.0);
  EXPECT_DOUBLE_EQ(rule["evaluation_us"].get<double>(), 0.75);
  EXPECT_DOUBLE_EQ(rule["scan_us"].get<double>(), 0.25);
  EXPECT_DOUBLE_EQ(rule["share"].get<double>(), 0.1);
}

TEST_F(RuleCostsTest, AreOfASiteThatIsSaidAndThere) {
  Browser admin = loggedIn();
  EXPECT_EQ(admin.get("/api/v1/rules/cost").status, 400);
  EXPECT_EQ(admin.get("/api/v1/rules/cost?site=nobody").status, 404);
  EXPECT_EQ(browser().get("/api/v1/rules/cost?site=shop").status, 401);
}

}  // namespace
}  // namespace admin
