#include "db/sqlite/admin_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/sqlite/migrations.h"
#include "tests/db/support/temporary_folder.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;
using testing::HasSubstr;

class AdminLogTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(migrate(*database_, allMigrations(), folder_ / "snapshot"));
    for (int i = 1; i <= 5; ++i) {
      clock_.advance(std::chrono::seconds(1));
      const auto done =
          log_.record({0, {}, "ann", "192.0.2.7", "PUT /sites/shop" + std::to_string(i), "200"});
      ASSERT_TRUE(done) << done.error().message;
    }
  }
  void change(const std::string& sql) {
    const auto done = database_->run([&](Poco::Data::Session& session) -> Result<void> {
      session << sql, now;
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string fault() {
    const auto found = log_.verify();
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : "";
  }

  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000))};
  std::unique_ptr<Database> database_{
      std::move(*Database::open(folder_ / "a.db", Database::Mode::Create))};
  SqliteAdminLog log_{*database_, clock_};
};

TEST_F(AdminLogTest, ListsTheNewestFirstInPages) {
  const auto page = log_.list(INT64_MAX, 2);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].action, "PUT /sites/shop5");
  EXPECT_EQ((*page)[0].time, clock_.wall());
  EXPECT_EQ(log_.list((*page)[1].number, 10)->size(), 3u);
  EXPECT_EQ(fault(), "");
}

TEST_F(AdminLogTest, AChangedRowShows) {
  change("UPDATE admin_log SET actor = 'bob' WHERE number = 3");
  EXPECT_THAT(fault(), HasSubstr("at number 3"));
}

TEST_F(AdminLogTest, ARowThatIsGoneShows) {
  change("DELETE FROM admin_log WHERE number = 3");
  EXPECT_THAT(fault(), HasSubstr("at number 4"));
}

TEST_F(AdminLogTest, AnEndThatWasCutOffShows) {
  change("DELETE FROM admin_log WHERE number > 3");
  EXPECT_THAT(fault(), HasSubstr("cut behind number 3"));
}

TEST_F(AdminLogTest, TextMovedFromOneFieldToTheNextShows) {
  change("UPDATE admin_log SET actor = 'an', origin = 'n192.0.2.7' WHERE number = 2");
  EXPECT_THAT(fault(), HasSubstr("at number 2"));
}

TEST_F(AdminLogTest, OldRowsMayGo) {
  change("DELETE FROM admin_log WHERE number <= 2");
  EXPECT_EQ(fault(), "");
}

}  // namespace
}  // namespace db
