#include <chrono>
#include <thread>

#include "admin-ui/server/api/act_log.h"
#include "tests/admin/support/server_fixture.h"
#include "tests/support/wait_until.h"

namespace admin {
namespace {

class ActLogTest : public testing::Test {
 protected:
  void refusedLogin(int address) {
    log_.record(store_, {0, {}, "", "192.0.2." + std::to_string(address), "POST /session", "401"},
                true);
  }
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000))};
  FakeStore store_;
  ActLog log_{clock_};
};

TEST_F(ActLogTest, RefusedLoginsFromManyAddressesShareARow) {
  for (int i = 0; i < 5000; ++i) refusedLogin(i % 200);
  EXPECT_EQ(store_.acts().size(), ActLog::kRowsAnHour);
  log_.record(store_, {0, {}, "ann", "", "PUT /sites/shop", "200"}, false);
  EXPECT_EQ(store_.acts().size(), ActLog::kRowsAnHour + 1) << "what somebody does has its row";
  clock_.advance(std::chrono::hours(1));
  EXPECT_TRUE(log_.alarms(store_).empty());
  ASSERT_EQ(store_.acts().size(), ActLog::kRowsAnHour + 2);
  EXPECT_EQ(store_.acts().back().action, "POST /session");
  EXPECT_EQ(store_.acts().back().outcome, "refused 4980 times more, from 200 addresses");
  refusedLogin(1);
  EXPECT_EQ(store_.acts().back().origin, "192.0.2.1") << "a new hour begins";
}

TEST_F(ActLogTest, WhatWasSummedUpIsWrittenAtTheEnd) {
  for (int i = 0; i < 30; ++i) refusedLogin(7);
  log_.flush(store_);
  EXPECT_EQ(store_.acts().back().outcome, "refused 10 times more, from 1 addresses");
}

TEST_F(ActLogTest, AnActThatCannotBeRecordedIsAnAlarmAndLeavesAGap) {
  store_.refuse_acts = true;
  log_.record(store_, {0, {}, "ann", "", "PUT /sites/shop", "200"}, false);
  log_.record(store_, {0, {}, "ann", "", "DELETE /sites/shop", "200"}, false);
  ASSERT_EQ(log_.alarms(store_).size(), 1u);
  EXPECT_EQ(log_.alarms(store_)[0],
            "2 administrative acts were done but could not be recorded: the disk is full");
  store_.refuse_acts = false;
  log_.record(store_, {0, {}, "ann", "", "PUT /sites/blog", "200"}, false);
  ASSERT_EQ(store_.acts().size(), 2u);
  EXPECT_EQ(store_.acts()[0].action, "GAP");
  EXPECT_EQ(store_.acts()[0].outcome, "2 acts before: the disk is full");
  EXPECT_EQ(log_.alarms(store_).size(), 1u) << "somebody must look at it";
}

using ActsTest = ServerTest;

TEST_F(ActsTest, LoginsThatFailDoNotFloodTheLog) {
  // Refused before any password is looked at, so the throttle does not help.
  for (int i = 0; i < 60; ++i) browser().post("/api/v1/session", {{"nonsense", i}});
  EXPECT_LE(store_.acts().size(), ActLog::kRowsAnHour);
  server_.reset();
  EXPECT_NE(store_.acts().back().outcome.find("40 times more"), std::string::npos);
}

TEST_F(ActsTest, AnActThatCouldNotBeRecordedShowsInTheStatus) {
  Browser admin = loggedIn();
  store_.refuse_acts = true;
  admin.post("/api/v1/users/nobody/disable", nlohmann::json::object());
  const std::string alarms = admin.get("/api/v1/status").json()["alarms"].dump();
  EXPECT_NE(alarms.find("could not be recorded"), std::string::npos) << alarms;
}

TEST_F(ActsTest, TheServerStopsWithoutWaitingForLiveViews) {
  Browser user = loggedIn("reader");
  const std::string cursor = user.get("/api/v1/events/tail").json()["cursor"].get<std::string>();
  const size_t asked = store_.tailsAsked();
  std::thread view([&] {
    try {
      user.get("/api/v1/events/tail?wait_seconds=30&cursor=" + cursor);
    } catch (const std::exception&) {  // the connection may be cut before the answer is out
    }
  });
  EXPECT_TRUE(tests::waitUntil([&] { return store_.tailsAsked() > asked; }));
  const auto start = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
  view.join();
}

}  // namespace
}  // namespace admin
