#include "db/sql/admin_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "db/sql/migrations.h"
#include "db/store/file.h"
#include "tests/db/support/each_database.h"

namespace db {
namespace {

using testing::HasSubstr;

class AdminLogTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    database_ = openDatabase();
    ASSERT_TRUE(database_);
    ASSERT_TRUE(migrate(*database_, onPostgres() ? postgresMigrations() : sqliteMigrations()));
    log_.emplace(*database_, box_, folder_ / "head", clock_, kKept);
    ASSERT_TRUE(log_->open());
    for (int i = 1; i <= 5; ++i) act(i);
  }
  void act(int i) {
    clock_.advance(std::chrono::seconds(1));
    const auto done =
        log_->record({0, {}, "ann", "192.0.2.7", "PUT /sites/shop" + std::to_string(i), "200"});
    ASSERT_TRUE(done) << done.error().message;
  }
  void change(const std::string& sql) { execute(*database_, sql); }
  std::string fault(AdminLog::Depth depth = AdminLog::Depth::Whole) {
    const auto found = log_->verify(depth);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : "";
  }
  // What the next process says.
  std::string faultAfterRestart() {
    SqlAdminLog next(*database_, box_, folder_ / "head", clock_, kKept);
    EXPECT_TRUE(next.open());
    const auto found = next.verify(AdminLog::Depth::Part);
    return found ? *found : found.error().message;
  }

  static constexpr int64_t kKept = 100;
  std::unique_ptr<Database> database_;
  SecretBox box_{*SecretBox::open(folder_.path(), true)};
  std::optional<SqlAdminLog> log_;
};
INSTANTIATE_ON_EACH_DATABASE(AdminLogTest);

TEST_P(AdminLogTest, ListsTheNewestFirstInPages) {
  const auto page = log_->list(INT64_MAX, 2);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].action, "PUT /sites/shop5");
  EXPECT_EQ((*page)[0].time, clock_.wall());
  EXPECT_EQ(log_->list((*page)[1].number, 10)->size(), 3u);
  EXPECT_EQ(fault(), "");
  EXPECT_EQ(faultAfterRestart(), "");
}

TEST_P(AdminLogTest, AnyBytesAreKeptAsText) {
  const std::string hostile("PUT /\xff\0'; --\r\n", 14);
  ASSERT_TRUE(log_->record({0, {}, hostile, hostile, hostile, "400"}));
  EXPECT_EQ(log_->list(INT64_MAX, 1)->at(0).action, "PUT /\uFFFD '; --\r\n");
  EXPECT_EQ(fault(), "");
}

TEST_P(AdminLogTest, AChangedRowShows) {
  change("UPDATE admin_log SET actor = 'bob' WHERE number = 3");
  EXPECT_THAT(fault(), HasSubstr("at number 3"));
}

TEST_P(AdminLogTest, ARowThatIsGoneShows) {
  change("DELETE FROM admin_log WHERE number = 3");
  EXPECT_THAT(fault(), HasSubstr("at number 4"));
}

TEST_P(AdminLogTest, TheOldestRowsThatAreGoneShow) {
  change("DELETE FROM admin_log WHERE number <= 2");
  EXPECT_THAT(fault(), HasSubstr("at number 3"));
  EXPECT_NE(fault(AdminLog::Depth::Part), "");
  act(6);
  EXPECT_NE(faultAfterRestart(), "") << "what comes after does not hide it";
}

TEST_P(AdminLogTest, AStartThatSomebodyWroteShows) {
  change("INSERT INTO admin_log_start SELECT number, hash, hash FROM admin_log WHERE number = 2");
  change("DELETE FROM admin_log WHERE number <= 2");
  EXPECT_THAT(fault(), HasSubstr("its start is not signed"));
}

TEST_P(AdminLogTest, AnEndThatWasCutOffShows) {
  change("DELETE FROM admin_log WHERE number > 3");
  EXPECT_THAT(fault(), HasSubstr("cut behind number 3"));
  // Whoever has the database file can also set the counter back.
  change("UPDATE admin_log_given SET number = 3");
  EXPECT_THAT(fault(), HasSubstr("cut behind number 3"));
  for (int i = 4; i < 8; ++i) act(i);
  EXPECT_NE(fault(), "") << "what comes after does not hide it";
  EXPECT_NE(faultAfterRestart(), "");
}

// Emptied by a restore of some tables, or by somebody: the next act must be recorded all the same.
TEST_P(AdminLogTest, GoesOnWhenTheLastNumberIsGone) {
  change("DELETE FROM admin_log_given");
  EXPECT_NE(fault(), "");
  act(6);
  act(7);
  const auto page = log_->list(INT64_MAX, 1);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->at(0).number, 7);
  EXPECT_EQ(number(*database_, "SELECT MAX(number) FROM admin_log_given"), 7);
  EXPECT_EQ(number(*database_, "SELECT COUNT(*) FROM admin_log_given"), 1);
  EXPECT_EQ(fault(), "");
}

TEST_P(AdminLogTest, AnEndThatWasCutOffShowsThoughTheLastNumberIsGoneToo) {
  change("DELETE FROM admin_log WHERE number > 3");
  change("DELETE FROM admin_log_given");
  EXPECT_NE(faultAfterRestart(), "");
  act(6);
  EXPECT_NE(faultAfterRestart(), "");
  act(7);
  EXPECT_NE(faultAfterRestart(), "");
}

TEST_P(AdminLogTest, AChainThatWasMadeAnewWithoutTheKeyShows) {
  const std::string other = folder_ / "other";
  std::filesystem::create_directory(other);
  const SecretBox foreign = *SecretBox::open(other, true);
  change("DELETE FROM admin_log");
  change("UPDATE admin_log_given SET number = 0");
  SqlAdminLog forged(*database_, foreign, folder_ / "other/head", clock_);
  ASSERT_TRUE(forged.open());
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(forged.record({0, {}, "ann", "", "PUT /sites/harmless", "200"}));
  }
  EXPECT_EQ(*forged.verify(AdminLog::Depth::Whole), "");
  EXPECT_THAT(fault(), HasSubstr("at number 1"));
  EXPECT_NE(faultAfterRestart(), "");
}

TEST_P(AdminLogTest, AMissingOrForgedHeadShows) {
  const std::string head = *readFile(folder_ / "head", 1000);
  std::filesystem::remove(folder_ / "head");
  EXPECT_THAT(fault(), HasSubstr("head: is missing"));
  std::ofstream(folder_ / "head") << "3" << head.substr(1);
  EXPECT_THAT(fault(), HasSubstr("head: is missing or was changed"));
}

TEST_P(AdminLogTest, TextMovedFromOneFieldToTheNextShows) {
  change("UPDATE admin_log SET actor = 'an', origin = 'n192.0.2.7' WHERE number = 2");
  EXPECT_THAT(fault(), HasSubstr("at number 2"));
}

TEST_P(AdminLogTest, OldActsGoBehindASignedStart) {
  for (int i = 6; i <= 250; ++i) act(i);
  const auto rows = log_->list(INT64_MAX, 1000);
  EXPECT_LE(rows->size(), 101u);
  EXPECT_GE(rows->size(), 100u);
  EXPECT_EQ(fault(), "");
  EXPECT_EQ(fault(AdminLog::Depth::Part), "");
  EXPECT_EQ(faultAfterRestart(), "");
  const int64_t oldest = rows->back().number;
  change("DELETE FROM admin_log WHERE number = " + std::to_string(oldest));
  EXPECT_NE(fault(), "");
}

TEST_P(AdminLogTest, AFaultIsNotSignedAway) {
  change("UPDATE admin_log SET actor = 'bob' WHERE number = 3");
  for (int i = 6; i <= 250; ++i) act(i);
  EXPECT_THAT(fault(), HasSubstr("at number 3"));
}

TEST_P(AdminLogTest, ALookAtAPartSeesNewActsAtOnceAndOldOnesInTurn) {
  EXPECT_EQ(fault(AdminLog::Depth::Part), "");
  act(6);
  change("UPDATE admin_log SET actor = 'bob' WHERE number = 6");
  EXPECT_NE(fault(AdminLog::Depth::Part), "");
  change("UPDATE admin_log SET actor = 'ann' WHERE number = 6");
  EXPECT_EQ(fault(AdminLog::Depth::Part), "");
  change("UPDATE admin_log SET actor = 'bob' WHERE number = 2");
  std::string found;
  for (int i = 0; i < 3 && found.empty(); ++i) found = fault(AdminLog::Depth::Part);
  EXPECT_THAT(found, HasSubstr("at number 2"));
}

// Version 0.1 before the key: SHA-256 over the same text, no file beside it.
TEST_P(AdminLogTest, AChainWithoutAKeyIsTakenOverOnceIfItHolds) {
  for (const bool whole : {true, false}) {
    change("DELETE FROM admin_log");
    std::filesystem::remove(folder_ / "head");
    std::string previous;
    for (int i = 1; i <= 3; ++i) {
      std::string text;
      for (const std::string& field :
           {previous, std::to_string(i), std::string("7"), std::string("ann"), std::string(""),
            std::string("PUT /x"), std::string("200")}) {
        text += std::to_string(field.size()) + ":" + field;
      }
      unsigned char hash[32];
      SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
      std::string hex;
      for (const unsigned char byte : hash) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", byte);
        hex += digits;
      }
      change("INSERT INTO admin_log VALUES (" + std::to_string(i) + ", 7, 'ann', '', 'PUT /x', '" +
             (whole || i != 2 ? "200" : "201") + "', '" + previous + "', '" + hex + "')");
      previous = hex;
    }
    change("UPDATE admin_log_given SET number = 3");
    EXPECT_EQ(faultAfterRestart().empty(), whole);
    EXPECT_EQ(faultAfterRestart().empty(), whole) << "the second time, too";
  }
}

}  // namespace
}  // namespace db
