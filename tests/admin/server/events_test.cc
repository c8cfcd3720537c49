#include "tests/admin/support/server_fixture.h"

namespace admin {
namespace {

class EventsTest : public ServerTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      waf::AuditEvent event;
      event.id = "event" + std::to_string(i);
      event.client_ip = "192.0.2.7";
      event.method = "GET";
      event.uri = i == 0 ? "=cmd|' /C calc'!A0" : "/?q=\xff";
      event.decision = waf::Decision::Blocked;
      event.reason = waf::Reason::Waf;
      event.rules.push_back({942100,
                             2,
                             "SQL \"injection\"",
                             "",
                             "CRITICAL",
                             {},
                             "ARGS:id",
                             "1' or 1=1",
                             {},
                             3,
                             2,
                             "",
                             0});
      store_.addEvent(event);
    }
    db::TrafficMinute minute;
    minute.site = "shop";
    minute.requests = 10;
    minute.blocked = 3;
    ASSERT_TRUE(store_.traffic().add({minute}));
    gateway_.fixed_status.endpoints.push_back(
        {"app", "127.0.0.1:9000", false, "ejected", "5 failures in a row", 9, 5});
    gateway_.fixed_status.alarms.push_back("the disk is full");
    ServerTest::SetUp();
    user_ = std::make_unique<Browser>(loggedIn("reader"));
  }
  std::unique_ptr<Browser> user_;
};

TEST_F(EventsTest, PagesThroughTheList) {
  const nlohmann::json first = user_->get("/api/v1/events?limit=2").json();
  EXPECT_EQ(first["items"].size(), 2u);
  const nlohmann::json second =
      user_->get("/api/v1/events?limit=2&cursor=" + first["next_cursor"].get<std::string>()).json();
  EXPECT_EQ(second["items"].size(), 1u);
  EXPECT_EQ(second["next_cursor"], "");
}

TEST_F(EventsTest, PassesTheFilterOn) {
  const Reply reply = user_->get(
      "/api/v1/events?since=2026-01-01T00:00:00Z&site=shop&decision=blocked&client=192.0.2.0/"
      "24&rule=942100&path=/a&q=%2B1");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const db::EventFilter filter = store_.lastFilter();
  ASSERT_EQ(filter.terms.size(), 6u);
  EXPECT_EQ(filter.terms[0].values[0].text, "shop");
  EXPECT_EQ(filter.terms[2].values[0].network.toString(), "192.0.2.0/24");
  EXPECT_EQ(filter.terms[3].values[0].low, 942100);
  EXPECT_EQ(filter.terms[4].values[0].text, "/a");
  EXPECT_EQ(filter.terms[5].values[0].words, std::vector<std::string>{"1"});
  EXPECT_TRUE(filter.since);
}

TEST_F(EventsTest, SaysWhichParameterIsWrong) {
  const auto field = [&](const std::string& query) {
    return user_->get("/api/v1/events?" + query).json()["error"]["field"];
  };
  EXPECT_EQ(field("since=yesterday"), "since");
  EXPECT_EQ(field("decision=maybe"), "decision");
  EXPECT_EQ(field("client=banana"), "client");
  EXPECT_EQ(field("rule=x"), "rule");
  EXPECT_EQ(field("limit=100000"), "limit");
}

TEST_F(EventsTest, TheFilterLanguageNamesThePositionOfItsFault) {
  const Reply good =
      user_->get("/api/v1/events?filter=site:shop%20-path:/health%20%22union%20select%22");
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(store_.lastFilter().terms.size(), 3u);
  const nlohmann::json error =
      user_->get("/api/v1/events?filter=site:shop%20rule:x").json()["error"];
  EXPECT_EQ(error["field"], "filter");
  EXPECT_NE(error["message"].get<std::string>().find("at 16: rule: must be a number"),
            std::string::npos)
      << error;
  EXPECT_EQ(user_->get("/api/v1/events/export?filter=%22").status, 400);
}

TEST_F(EventsTest, CountsWithTheSameFilterAsTheList) {
  const nlohmann::json counts =
      user_->get("/api/v1/events/counts?filter=decision:blocked&step_seconds=60").json();
  EXPECT_EQ(store_.lastFilter().terms.size(), 1u);
  EXPECT_EQ(counts["total"], 3);
  EXPECT_EQ(counts["partial"], false);
  EXPECT_EQ(counts["facets"]["rule"][0]["key"], "942100");
  EXPECT_EQ(counts["histogram"][0]["blocked"], 2);
  EXPECT_EQ(user_->get("/api/v1/events/counts?step_seconds=0").status, 400);
}

TEST_F(EventsTest, TheLiveViewBeginsNowAndGoesOnFromItsCursor) {
  const nlohmann::json begin = user_->get("/api/v1/events/tail").json();
  EXPECT_TRUE(begin["items"].empty());
  EXPECT_EQ(begin["cursor"], "3");
  const nlohmann::json more = user_->get("/api/v1/events/tail?cursor=1").json();
  EXPECT_EQ(more["items"].size(), 2u);
  EXPECT_EQ(user_->get("/api/v1/events/tail?wait_seconds=600").status, 400);
}

TEST_F(EventsTest, ShowsOneEventWhole) {
  const nlohmann::json event = user_->get("/api/v1/events/event1").json();
  EXPECT_EQ(event["decision"], "blocked");
  EXPECT_EQ(event["rules"][0]["id"], 942100);
  EXPECT_EQ(user_->get("/api/v1/events/none").status, 404);
}

TEST_F(EventsTest, LiftingAMaskNeedsItsRoleAndIsOnRecord) {
  waf::AuditEvent whole = **store_.find("event0");
  whole.id = "masked";
  whole.uri = "/?password=hunter2";
  waf::AuditEvent masked = whole;
  masked.uri = "/?password=*******";
  masked.sealed = waf::toAuditJson(whole);
  store_.addEvent(masked);
  ASSERT_TRUE(store_.add("eve", "auditor", kPassword, false));
  const Reply shown = user_->get("/api/v1/events/masked");
  EXPECT_EQ(shown.json()["secrets_kept"], true);
  EXPECT_EQ(shown.body.find("hunter2"), std::string::npos);
  EXPECT_EQ(user_->get("/api/v1/events/export").body.find("hunter2"), std::string::npos);
  const nlohmann::json nothing = nlohmann::json::object();
  EXPECT_EQ(user_->post("/api/v1/events/masked/unmask", nothing).status, 403);
  Browser admin = loggedIn("admin");
  EXPECT_EQ(admin.post("/api/v1/events/masked/unmask", nothing).status, 403)
      << "an administrator does not have it by itself";
  Browser auditor = loggedIn("eve");
  EXPECT_EQ(auditor.get("/api/v1/session").json()["role"], "auditor");
  EXPECT_EQ(auditor.post("/api/v1/events/masked/unmask", nothing).json()["request"]["uri"],
            "/?password=hunter2");
  EXPECT_EQ(store_.acts().back().action, "POST /events/masked/unmask");
  EXPECT_EQ(store_.acts().back().actor, "eve");
  EXPECT_EQ(auditor.post("/api/v1/events/event1/unmask", nothing).status, 404);
  store_.refuse_acts = true;
  EXPECT_EQ(auditor.post("/api/v1/events/masked/unmask", nothing).status, 503)
      << "without a record of it no mask is lifted";
  store_.refuse_acts = false;
  EXPECT_EQ(auditor.post("/api/v1/upstreams/probe", {{"address", "127.0.0.1:9"}}).status, 403);
}

TEST_F(EventsTest, ExportsOneLineAnEvent) {
  const Reply reply = user_->get("/api/v1/events/export?format=jsonl");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(std::count(reply.body.begin(), reply.body.end(), '\n'), 3);
  EXPECT_NE(reply.header("content-disposition").find("attachment"), std::string::npos);
  EXPECT_EQ(user_->get("/api/v1/events/export?format=xml").status, 400);
}

TEST_F(EventsTest, CsvGivesASpreadsheetNoFormula) {
  const std::string csv = user_->get("/api/v1/events/export?format=csv").body;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  EXPECT_EQ(csv.find("\"=cmd"), std::string::npos);
  EXPECT_NE(csv.find("\"'=cmd"), std::string::npos);
  EXPECT_NE(csv.find("\"SQL \"\"injection\"\"\""), std::string::npos);
  EXPECT_NE(csv.find("\"or\""), std::string::npos);
}

TEST_F(EventsTest, TheOverviewAddsUpAndSaysWhatNeedsAttention) {
  const Reply reply = user_->get("/api/v1/overview?step_minutes=60");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const nlohmann::json overview = reply.json();
  EXPECT_EQ(overview["totals"]["requests"], 10);
  EXPECT_EQ(overview["traffic"].size(), 1u);
  EXPECT_EQ(overview["top"]["rules"][0]["key"], "942100");
  EXPECT_EQ(overview["sites"][0]["blocked"], 3);
  EXPECT_EQ(overview["endpoints"][0]["state"], "ejected");
  ASSERT_EQ(overview["attention"].size(), 2u);
  EXPECT_EQ(overview["attention"][0]["severity"], "error");
  EXPECT_EQ(user_->get("/api/v1/overview?since=1970-01-01T00:00:00Z&step_minutes=1").status, 400);
}

}  // namespace
}  // namespace admin
