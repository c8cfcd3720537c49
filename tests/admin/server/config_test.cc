#include "tests/admin/support/server_fixture.h"

#include "db/certificate/certificate.h"

namespace admin {
namespace {

using nlohmann::json;

class ConfigApiTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    user_ = std::make_unique<Browser>(loggedIn());
  }
  json upstream() { return {{"name", "app"}, {"endpoints", {{{"address", "127.0.0.1:9000"}}}}}; }
  json site() {
    return {{"name", "shop"},
            {"hosts", {"shop.example"}},
            {"listeners", {"http"}},
            {"upstream", "app"}};
  }
  void addShop() {
    ASSERT_EQ(
        user_->post("/api/v1/listeners", {{"name", "http"}, {"address", "127.0.0.1:8080"}}).status,
        201);
    ASSERT_EQ(user_->post("/api/v1/upstreams", upstream()).status, 201);
    const Reply reply = user_->post("/api/v1/sites", site());
    ASSERT_EQ(reply.status, 201) << reply.body;
  }
  std::unique_ptr<Browser> user_;
};

TEST_F(ConfigApiTest, AChangeIsStoredAndInForceWhenTheAnswerArrives) {
  addShop();
  EXPECT_EQ(gateway_.publishedVersion(), 3);
  ASSERT_EQ(gateway_.published().sites.size(), 1u);
  EXPECT_EQ(gateway_.published().sites[0].name, "shop");
  const json list = user_->get("/api/v1/sites").json();
  EXPECT_EQ(list["version"], 3);
  EXPECT_EQ(list["items"][0]["status"]["effective_mode"], "DetectionOnly");
  const json versions = user_->get("/api/v1/config/versions").json()["versions"];
  EXPECT_EQ(versions[0]["number"], 3);
  EXPECT_EQ(versions[0]["author"], "admin");
  EXPECT_NE(versions[0]["comment"].get<std::string>().find("shop"), std::string::npos);
  EXPECT_TRUE(db::loadLastGood(folder_.path()));
}

TEST_F(ConfigApiTest, AChangeWhoseStoringWasNotHeardOfIsLookedUpAndPutInForce) {
  addShop();
  store_.break_after_commit = true;
  const Reply reply = user_->patch("/api/v1/sites/shop", {{"waf", {{"mode", "On"}}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(gateway_.publishedVersion(), 4);
  EXPECT_EQ(gateway_.published().sites[0].waf.mode, "On");
  EXPECT_EQ(db::loadLastGood(folder_.path())->first.number, 4);
}

TEST_F(ConfigApiTest, AChangeThatIsStoredAndNotInForceIsPutInForceWhenItIsRepeated) {
  addShop();
  store_.break_after_commit = true;
  store_.failing_loads_after_break = 1;
  const json change = {{"waf", {{"mode", "On"}}}};
  EXPECT_EQ(user_->patch("/api/v1/sites/shop", change).status, 503);
  EXPECT_EQ(gateway_.publishedVersion(), 3);
  const Reply again = user_->patch("/api/v1/sites/shop", change);
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json()["version"], 4) << again.body;
  EXPECT_EQ(gateway_.publishedVersion(), 4);
  EXPECT_EQ(gateway_.published().sites[0].waf.mode, "On");
  EXPECT_EQ(db::loadLastGood(folder_.path())->first.number, 4);
  EXPECT_EQ(user_->get("/api/v1/config/versions").json()["versions"].size(), 4u);
}

TEST_F(ConfigApiTest, AChangeThatWasNotStoredIsAFailure) {
  addShop();
  store_.break_before_commit = true;
  EXPECT_EQ(user_->patch("/api/v1/sites/shop", {{"waf", {{"mode", "On"}}}}).status, 503);
  EXPECT_EQ(gateway_.publishedVersion(), 3);
  EXPECT_EQ(user_->get("/api/v1/sites/shop").json()["waf"]["mode"], "DetectionOnly");
}

TEST_F(ConfigApiTest, AMergePatchChangesOneField) {
  addShop();
  const Reply reply =
      user_->patch("/api/v1/sites/shop", {{"waf", {{"mode", "On"}, {"paranoia_level", 2}}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["item"]["waf"]["mode"], "On");
  EXPECT_EQ(gateway_.published().sites[0].waf.paranoia_level, 2);
  ASSERT_EQ(user_->patch("/api/v1/sites/shop", {{"waf", {{"paranoia_level", nullptr}}}}).status,
            200);
  EXPECT_FALSE(gateway_.published().sites[0].waf.paranoia_level);
  EXPECT_EQ(gateway_.published().sites[0].hosts[0], "shop.example");
}

TEST_F(ConfigApiTest, WhatGetGaveMayBePutBack) {
  addShop();
  for (const char* target :
       {"/api/v1/sites/shop", "/api/v1/upstreams/app", "/api/v1/listeners/http"}) {
    const Reply reply = user_->put(target, user_->get(target).json());
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  EXPECT_EQ(user_->put("/api/v1/settings", user_->get("/api/v1/settings").json()).status, 200);
  EXPECT_EQ(user_->put("/api/v1/config", user_->get("/api/v1/config").json()).status, 200);
  EXPECT_EQ(gateway_.publishedVersion(), 3) << "nothing differed, so there is no new version";
}

TEST_F(ConfigApiTest, AChangeOnAnOldVersionIsAConflict) {
  addShop();
  EXPECT_EQ(user_->send("DELETE", "/api/v1/sites/shop", "", {{"If-Match", "2"}}).status, 409);
  EXPECT_EQ(user_->send("DELETE", "/api/v1/sites/shop", "", {{"If-Match", "banana"}}).status, 400);
  EXPECT_EQ(
      user_->send("DELETE", "/api/v1/sites/shop", "", {{"If-Match", "\"3\""}}).json()["version"],
      4);
}

TEST_F(ConfigApiTest, WhatASiteUsesCannotBeRemoved) {
  addShop();
  const Reply reply = user_->remove("/api/v1/upstreams/app");
  EXPECT_EQ(reply.status, 409);
  EXPECT_NE(reply.errorMessage().find("\"shop\""), std::string::npos);
  EXPECT_EQ(user_->remove("/api/v1/listeners/http").status, 409);
  EXPECT_EQ(user_->remove("/api/v1/sites/shop").status, 200);
  EXPECT_EQ(user_->remove("/api/v1/upstreams/app").status, 200);
  EXPECT_EQ(user_->remove("/api/v1/upstreams/app").status, 404);
}

TEST_F(ConfigApiTest, RefusalsNameTheFieldAndTheMend) {
  addShop();
  const Reply unknown = user_->patch("/api/v1/sites/shop", {{"waf", {{"mood", "On"}}}});
  EXPECT_EQ(unknown.status, 400);
  const Reply mode = user_->patch("/api/v1/sites/shop", {{"waf", {{"mode", "Maybe"}}}});
  EXPECT_EQ(mode.json()["error"]["field"], "waf.mode") << mode.body;
  json blog = site();
  blog["name"] = "blog";
  const Reply taken = user_->post("/api/v1/sites", blog);
  EXPECT_EQ(taken.status, 400);
  EXPECT_EQ(taken.json()["error"]["field"], "hosts") << taken.body;
  EXPECT_EQ(user_->post("/api/v1/sites", site()).status, 409);
  EXPECT_EQ(user_->put("/api/v1/sites/shop", {{"name", "other"}}).status, 400);
  EXPECT_EQ(gateway_.publishedVersion(), 3);
}

TEST_F(ConfigApiTest, WhatCannotBePreparedIsNotStored) {
  addShop();
  gateway_.refuse = true;
  const Reply reply = user_->patch("/api/v1/sites/shop", {{"waf", {{"mode", "On"}}}});
  EXPECT_EQ(reply.status, 400);
  const json diagnostic = reply.json()["error"]["diagnostics"][0];
  EXPECT_EQ(diagnostic["file"], "rules/a.conf");
  EXPECT_EQ(diagnostic["line"], 12);
  EXPECT_EQ(diagnostic["severity"], "error");
  gateway_.refuse = false;
  EXPECT_EQ(user_->get("/api/v1/sites/shop").json()["waf"]["mode"], "DetectionOnly");
  EXPECT_EQ(user_->get("/api/v1/sites").json()["version"], 3);
}

TEST_F(ConfigApiTest, RollsBackToAnEarlierVersion) {
  addShop();
  ASSERT_EQ(user_->patch("/api/v1/sites/shop", {{"waf", {{"mode", "On"}}}}).status, 200);
  EXPECT_EQ(user_->post("/api/v1/config/versions/3/rollback", json::object()).json()["version"], 5);
  EXPECT_EQ(gateway_.published().sites[0].waf.mode, "DetectionOnly");
  EXPECT_EQ(user_->post("/api/v1/config/versions/99/rollback", json::object()).status, 404);
}

TEST_F(ConfigApiTest, ValidatesAWholeDocumentWithoutStoringIt) {
  json document = {{"listeners", {{{"name", "http"}, {"address", "127.0.0.1:8080"}}}}};
  EXPECT_EQ(user_->post("/api/v1/config/validate", document).json()["valid"], true);
  document["listeners"][0]["address"] = "nowhere";
  EXPECT_EQ(user_->post("/api/v1/config/validate", document).status, 400);
  EXPECT_EQ(user_->get("/api/v1/sites").json()["version"], 0);
  EXPECT_EQ(user_->get("/api/v1/config/schema").json()["type"], "object");
}

TEST_F(ConfigApiTest, CertificatesComeInThreeForms) {
  const auto pem = db::makeSelfSigned({"a.example"}, waf::Clock::system().wall());
  ASSERT_TRUE(pem);
  EXPECT_EQ(
      user_->post("/api/v1/certificates", {{"name", "one"}, {"pem", pem->key_pem + pem->chain_pem}})
          .status,
      201);
  EXPECT_EQ(user_
                ->post("/api/v1/certificates",
                       {{"name", "two"}, {"chain_pem", pem->chain_pem}, {"key_pem", pem->key_pem}})
                .status,
            201);
  const Reply three = user_->post("/api/v1/certificates",
                                  {{"name", "three"}, {"self_signed_hosts", {"b.example"}}});
  ASSERT_EQ(three.status, 201) << three.body;
  const json item = three.json()["item"];
  EXPECT_EQ(item["hosts"][0], "b.example");
  EXPECT_EQ(item["self_signed"], true);
  EXPECT_GT(item["days_left"], 300);
  EXPECT_EQ(three.body.find("PRIVATE KEY"), std::string::npos);
  EXPECT_EQ(user_->get("/api/v1/certificates").body.find("key_"),
            user_->get("/api/v1/certificates").body.find("key_type"));
  EXPECT_EQ(user_->post("/api/v1/certificates", {{"name", "four"}}).status, 400);
}

TEST_F(ConfigApiTest, RefusesAKeyThatDoesNotMatchAndAnExpiredCertificate) {
  const auto now = waf::Clock::system().wall();
  const auto one = db::makeSelfSigned({"a.example"}, now);
  const auto other = db::makeSelfSigned({"a.example"}, now);
  const auto old = db::makeSelfSigned({"a.example"}, now - std::chrono::days(100), 30);
  ASSERT_TRUE(one && other && old);
  const Reply mismatch =
      user_->post("/api/v1/certificates",
                  {{"name", "x"}, {"chain_pem", one->chain_pem}, {"key_pem", other->key_pem}});
  EXPECT_EQ(mismatch.status, 400) << mismatch.body;
  const Reply expired =
      user_->post("/api/v1/certificates", {{"name", "x"}, {"pem", old->chain_pem + old->key_pem}});
  EXPECT_EQ(expired.status, 400) << expired.body;
  EXPECT_NE(expired.errorMessage().find("expired"), std::string::npos) << expired.errorMessage();
}

TEST_F(ConfigApiTest, ARenewedChainKeepsTheStoredKeyWhereItFits) {
  const auto pem = db::makeSelfSigned({"a.example"}, waf::Clock::system().wall());
  ASSERT_EQ(
      user_->post("/api/v1/certificates", {{"name", "one"}, {"pem", pem->key_pem + pem->chain_pem}})
          .status,
      201);
  EXPECT_EQ(user_->put("/api/v1/certificates/one", {{"chain_pem", pem->chain_pem}}).status, 200);
  const auto other = db::makeSelfSigned({"a.example"}, waf::Clock::system().wall());
  EXPECT_EQ(user_->put("/api/v1/certificates/one", {{"chain_pem", other->chain_pem}}).status, 400);
}

TEST_F(ConfigApiTest, FilesOfTheServerAreNotReadThroughTheApi) {
  const json document = {
      {"certificates",
       {{{"name", "x"}, {"chain_file", "/etc/hostname"}, {"key_file", "/etc/hostname"}}}}};
  EXPECT_EQ(user_->put("/api/v1/config", document).status, 400);
  EXPECT_EQ(user_->post("/api/v1/rulesets", {{"name", "x"}, {"path", "relative"}}).status, 400);
  EXPECT_EQ(user_->post("/api/v1/rulesets", {{"name", "x"}, {"path", "/no/such/folder"}}).status,
            400);
}

TEST_F(ConfigApiTest, ProbesAnUpstreamAddress) {
  EXPECT_EQ(user_->post("/api/v1/upstreams/probe", {{"address", "127.0.0.1:9"}}).json()["ok"],
            true);
  const json wrong = user_->post("/api/v1/upstreams/probe", {{"address", "banana"}}).json();
  EXPECT_EQ(wrong["ok"], false);
  EXPECT_FALSE(wrong["message"].get<std::string>().empty());
  json probe = {{"address", "unix:/run/app.sock"}, {"tls", {{"enabled", true}}}};
  EXPECT_EQ(user_->post("/api/v1/upstreams/probe", probe).json()["ok"], true);
  probe["tls"]["misspelt"] = true;
  EXPECT_EQ(user_->post("/api/v1/upstreams/probe", probe).status, 400);
}

TEST_F(ConfigApiTest, PurgesASitesCache) {
  addShop();
  EXPECT_EQ(user_->post("/api/v1/sites/shop/cache/purge", json::object()).status, 204);
  EXPECT_EQ(gateway_.purged(), "shop");
  EXPECT_EQ(user_->post("/api/v1/sites/none/cache/purge", json::object()).status, 404);
}

}  // namespace
}  // namespace admin
