#include <gmock/gmock.h>

#include <set>

#include "tests/admin/support/archives.h"
#include "tests/admin/support/server_fixture.h"

namespace admin {
namespace {

using nlohmann::json;

constexpr const char* kRules = R"(SecRuleEngine On
SecRule ARGS "@rx attack[0-9]" "id:1001,phase:2,deny,status:403,log,msg:'An attack',severity:CRITICAL"
SecRule ARGS "@contains other" "id:1002,phase:2,deny,log,msg:'Another'"
)";

class RulesetsTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    user_ = std::make_unique<Browser>(loggedIn());
  }
  // Follows the job to its end, as a browser does.
  json import(const std::string& name, const std::string& bytes,
              const std::string& filename = "rules.conf") {
    const Reply reply =
        user_->send("POST", "/api/v1/rulesets/import?name=" + name, bytes,
                    {{"Content-Type", "application/octet-stream"}, {"X-Filename", filename}});
    EXPECT_EQ(reply.status, 202) << reply.body;
    for (;;) {
      const json job = user_->get("/api/v1/jobs/" + reply.json().value("job", "")).json();
      if (!job.is_object() || job["state"] != "running") return job;
    }
  }
  std::unique_ptr<Browser> user_;
};

TEST_F(RulesetsTest, ImportsALoneFileAndListsItsRules) {
  const json job = import("mine", kRules);
  ASSERT_EQ(job["state"], "done") << job.dump();
  EXPECT_EQ(job["result"]["name"], "mine");
  EXPECT_EQ(job["result"]["rules"], 2);
  EXPECT_EQ(job["result"]["added"], json({1001, 1002}));
  const json item = user_->get("/api/v1/rulesets/mine").json();
  EXPECT_EQ(item["rx_total"], 1);
  EXPECT_EQ(item["builtin"], false);
  const json rules = user_->get("/api/v1/rulesets/mine/rules").json()["items"];
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0]["id"], 1001);
  EXPECT_EQ(rules[0]["message"], "An attack");
  EXPECT_EQ(rules[0]["line"], 2);
}

TEST_F(RulesetsTest, ImportsAZipAndATarball) {
  const std::vector<ArchiveEntry> files = {{"set/rules/a.conf", kRules}, {"set/README", "x"}};
  EXPECT_EQ(import("zipped", makeZip(files, true), "set.zip")["state"], "done");
  EXPECT_EQ(import("tarred", gzip(makeTar(files)), "set.tar.gz")["state"], "done");
  EXPECT_EQ(gateway_.published().rulesets.size(), 2u);
}

TEST_F(RulesetsTest, ASecondImportSaysWhatChangedAndKeepsTheFirst) {
  ASSERT_EQ(import("mine", kRules)["state"], "done");
  const std::string first = gateway_.published().rulesets[0].path;
  const json job = import("mine", R"(SecRuleEngine On
SecRule ARGS "@rx attack[0-9]+" "id:1001,phase:2,deny,status:403,log,msg:'An attack'"
SecRule ARGS "@contains new" "id:1003,phase:2,deny,log,msg:'New'"
)");
  ASSERT_EQ(job["state"], "done") << job.dump();
  EXPECT_EQ(job["result"]["added"], json::array({1003}));
  EXPECT_EQ(job["result"]["changed"], json::array({1001}));
  EXPECT_EQ(job["result"]["removed"], json::array({1002}));
  EXPECT_NE(gateway_.published().rulesets[0].path, first);
  EXPECT_TRUE(std::filesystem::exists(first));
}

TEST_F(RulesetsTest, ARefusedSetChangesNothingAndLeavesNothing) {
  ASSERT_EQ(import("mine", kRules)["state"], "done");
  const std::string path = gateway_.published().rulesets[0].path;
  const json job = import(
      "mine", "SecRuleEngine On\nSecRule ARGS \"@rx (\" \"id:1,phase:2,deny\"\nSecNonsense x\n");
  ASSERT_EQ(job["state"], "failed") << job.dump();
  EXPECT_EQ(job["error"]["code"], "invalid");
  std::set<int> lines;
  for (const json& diagnostic : job["error"]["diagnostics"])
    lines.insert(diagnostic.value("line", 0));
  EXPECT_EQ(lines, (std::set<int>{2, 3})) << job.dump();
  EXPECT_EQ(gateway_.published().rulesets[0].path, path);
  const std::filesystem::directory_iterator versions(folder_.path() + "/rulesets/mine");
  EXPECT_EQ(std::distance(begin(versions), end(versions)), 2)
      << "the first version and its figures";
}

TEST_F(RulesetsTest, HostileArchivesFailWithASentence) {
  const json job = import("evil", makeZip({{"../../evil.conf", kRules}}), "evil.zip");
  EXPECT_EQ(job["state"], "failed");
  EXPECT_THAT(job["error"]["message"].get<std::string>(), testing::HasSubstr("leaves its folder"));
  EXPECT_EQ(import("empty", makeZip({{"README", "no rules"}}), "x.zip")["state"], "failed");
  EXPECT_EQ(user_->send("POST", "/api/v1/rulesets/import?name=..", "x").status, 400);
  EXPECT_EQ(user_->send("POST", "/api/v1/rulesets/import?name=a%2Fb", "x").status, 400);
  EXPECT_EQ(user_->send("POST", "/api/v1/rulesets/import?name=a").status, 400);
  EXPECT_EQ(user_->get("/api/v1/jobs/nothing").status, 404);
}

TEST_F(RulesetsTest, ChecksWithoutStoring) {
  const Reply reply =
      user_->send("POST", "/api/v1/rulesets/check", kRules, {{"X-Filename", "a.conf"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["rules"], 2);
  EXPECT_EQ(gateway_.publishedVersion(), 0);
  const std::string idle = "SecRule ARGS \"@noMatch\" \"id:1,phase:2,deny\"\nSecRuleRemoveById 7\n";
  const Reply warned =
      user_->send("POST", "/api/v1/rulesets/check", idle, {{"X-Filename", "a.conf"}});
  ASSERT_EQ(warned.status, 200) << warned.body;
  std::vector<std::string> warnings;
  const json found = warned.json();
  for (const json& diagnostic : found["diagnostics"]) {
    EXPECT_EQ(diagnostic["severity"], "warning");
    warnings.push_back(diagnostic["message"]);
  }
  EXPECT_THAT(warnings,
              testing::IsSupersetOf({testing::HasSubstr("can never match: @noMatch"),
                                     testing::HasSubstr("removes nothing: no rule has")}));
  const Reply bad =
      user_->send("POST", "/api/v1/rulesets/check", "SecNonsense x\n", {{"X-Filename", "a.conf"}});
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.json()["error"]["diagnostics"][0]["line"], 1);
}

TEST_F(RulesetsTest, AnUnusedSetCanBeRemovedAndAUsedOneNot) {
  ASSERT_EQ(import("mine", kRules)["state"], "done");
  ASSERT_EQ(
      user_->post("/api/v1/listeners", {{"name", "http"}, {"address", "127.0.0.1:8080"}}).status,
      201);
  ASSERT_EQ(user_
                ->post("/api/v1/upstreams",
                       {{"name", "app"}, {"endpoints", {{{"address", "127.0.0.1:9000"}}}}})
                .status,
            201);
  const Reply site =
      user_->post("/api/v1/sites", {{"name", "shop"},
                                    {"hosts", {"shop.example"}},
                                    {"listeners", {"http"}},
                                    {"upstream", "app"},
                                    {"waf", {{"mode", "On"}, {"rulesets", {"mine"}}}}});
  ASSERT_EQ(site.status, 201) << site.body;
  EXPECT_EQ(user_->remove("/api/v1/rulesets/mine").status, 409);
  EXPECT_EQ(user_->get("/api/v1/rulesets/mine").json()["used_by"], json::array({"shop"}));
  EXPECT_EQ(user_->patch("/api/v1/sites/shop", {{"waf", {{"rulesets", json::array()}}}}).status,
            200);
  EXPECT_EQ(user_->remove("/api/v1/rulesets/mine").status, 200);
}

TEST_F(RulesetsTest, InspectTellsWhichRuleMatchedWhat) {
  ASSERT_EQ(import("mine", kRules)["state"], "done");
  ASSERT_EQ(
      user_->post("/api/v1/listeners", {{"name", "http"}, {"address", "127.0.0.1:8080"}}).status,
      201);
  ASSERT_EQ(user_
                ->post("/api/v1/upstreams",
                       {{"name", "app"}, {"endpoints", {{{"address", "127.0.0.1:9000"}}}}})
                .status,
            201);
  ASSERT_EQ(user_
                ->post("/api/v1/sites", {{"name", "shop"},
                                         {"hosts", {"shop.example"}},
                                         {"listeners", {"http"}},
                                         {"upstream", "app"},
                                         {"waf", {{"mode", "On"}, {"rulesets", {"mine"}}}}})
                .status,
            201);
  const Reply reply = user_->send("POST", "/api/v1/inspect?site=shop&client=192.0.2.7:99",
                                  "GET /?q=an%20attack7 HTTP/1.1\nHost: shop.example\n\n");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json result = reply.json();
  EXPECT_EQ(result["decision"], "blocked");
  EXPECT_EQ(result["status"], 403);
  EXPECT_EQ(result["decided_by"], 1001);
  ASSERT_EQ(result["rules"].size(), 1u);
  EXPECT_EQ(result["rules"][0]["id"], 1001);
  EXPECT_EQ(result["rules"][0]["variable"], "ARGS:q");
  bool traced = false;
  for (const json& step : result["trace"]) {
    if (step["rule_id"] == 1001 && step["match"]["text"] == "attack7") traced = true;
  }
  EXPECT_TRUE(traced) << result["trace"].dump();
  EXPECT_EQ(user_->send("POST", "/api/v1/inspect?site=none", "GET / HTTP/1.1\n\n").status, 404);
  EXPECT_EQ(user_->send("POST", "/api/v1/inspect?site=shop", "nonsense").status, 400);
  EXPECT_EQ(user_->send("POST", "/api/v1/inspect?site=shop&client=x", "GET / HTTP/1.1\n\n").status,
            400);

  const std::string request = "GET / HTTP/1.1\nHost: shop.example\n\n";
  const std::string target =
      "/api/v1/inspect?site=shop&request_bytes=" + std::to_string(request.size());
  const Reply with_response =
      user_->send("POST", target, request + "HTTP/1.1 404 Not Found\nServer: x\n\n");
  ASSERT_EQ(with_response.status, 200) << with_response.body;
  EXPECT_EQ(with_response.json()["decision"], "passed");
  EXPECT_EQ(with_response.json()["status"], 404);
  EXPECT_EQ(user_->send("POST", target, request + "no response").status, 400);
  EXPECT_EQ(user_->send("POST", "/api/v1/inspect?site=shop&request_bytes=999", request).status,
            400);
}

TEST_F(RulesetsTest, AnArchiveNamedInADocumentIsUnpacked) {
  const std::string archive = folder_.write("set.zip", makeZip({{"set/a.conf", kRules}}));
  const Reply reply = user_->post("/api/v1/rulesets", {{"name", "named"}, {"path", archive}});
  ASSERT_EQ(reply.status, 201) << reply.body;
  EXPECT_TRUE(std::filesystem::exists(gateway_.published().rulesets[0].path));
  EXPECT_THAT(gateway_.published().rulesets[0].path,
              testing::StartsWith(folder_.path() + "/rulesets/named/"));
}

// The version that names the folder may be stored, though nobody heard of it.
TEST_F(RulesetsTest, WhatWasUnpackedStaysWhileItIsNotKnownWhetherTheChangeIsStored) {
  const std::string archive = folder_.write("set.zip", makeZip({{"set/a.conf", kRules}}));
  store_.break_after_commit = true;
  store_.failing_loads_after_break = 1;
  EXPECT_EQ(user_->post("/api/v1/rulesets", {{"name", "named"}, {"path", archive}}).status, 503);
  const auto stored = store_.load();
  ASSERT_EQ(stored->second.rulesets.size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(stored->second.rulesets[0].path));

  store_.break_before_commit = true;
  const std::string again = folder_.write("again.zip", makeZip({{"set/a.conf", kRules}}));
  EXPECT_EQ(user_->post("/api/v1/rulesets", {{"name", "again"}, {"path", again}}).status, 503);
  std::error_code none;
  const std::filesystem::path folder(folder_.path() + "/rulesets/again");
  EXPECT_TRUE(!std::filesystem::exists(folder) || std::filesystem::is_empty(folder, none));
}

}  // namespace
}  // namespace admin
