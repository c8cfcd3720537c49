#include <gtest/gtest.h>

#include "db/store/store.h"
#include "tests/db/support/each_database.h"

namespace db {
namespace {

class TrafficStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    store_ = openStore();
    ASSERT_TRUE(store_);
  }

  TrafficMinute minute(int offset, const char* site, uint64_t requests) const {
    TrafficMinute out;
    out.minute = start_ + std::chrono::minutes(offset) + std::chrono::seconds(7);
    out.site = site;
    out.requests = requests;
    out.blocked = 1;
    return out;
  }

  const waf::WallTime start_ = clock_.wall();
  std::unique_ptr<Store> store_;
};
INSTANTIATE_ON_EACH_DATABASE(TrafficStoreTest);

TEST_P(TrafficStoreTest, RowsOfTheSameMinuteAreAddedUp) {
  ASSERT_TRUE(store_->traffic().add({minute(0, "a", 3), minute(0, "a", 4)}));
  ASSERT_TRUE(store_->traffic().add({minute(0, "a", 5), minute(0, "b", 1)}));
  const auto series = store_->traffic().series(start_, start_ + std::chrono::minutes(1), 1, "a");
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->size(), 1u);
  EXPECT_EQ(series->at(0).requests, 12u);
  EXPECT_EQ(series->at(0).blocked, 3u);
}

TEST_P(TrafficStoreTest, StepsWithoutTrafficAreZero) {
  ASSERT_TRUE(store_->traffic().add({minute(0, "a", 1), minute(11, "b", 2), minute(14, "a", 4)}));
  const auto series = store_->traffic().series(start_, start_ + std::chrono::minutes(20), 5, "");
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->size(), 4u);
  EXPECT_EQ(series->at(0).requests, 1u);
  EXPECT_EQ(series->at(1).requests, 0u);
  EXPECT_EQ(series->at(2).requests, 6u);
  EXPECT_EQ(series->at(2).minute, start_ + std::chrono::minutes(10));
  EXPECT_EQ(series->at(3).requests, 0u);
}

TEST_P(TrafficStoreTest, SitesAreOrderedByTheirRequests) {
  ASSERT_TRUE(store_->traffic().add({minute(0, "a", 1), minute(1, "b", 2), minute(90, "a", 9)}));
  const auto sites = store_->traffic().bySite(start_, start_ + std::chrono::minutes(60));
  ASSERT_TRUE(sites) << sites.error().message;
  ASSERT_EQ(sites->size(), 2u);
  EXPECT_EQ(sites->at(0).site, "b");
  EXPECT_EQ(sites->at(1).requests, 1u);
}

TEST_P(TrafficStoreTest, ManySitesInOneCallKeepTheirOwnNumbers) {
  std::vector<TrafficMinute> rows;
  std::vector<std::string> names;
  for (uint64_t i = 0; i < 300; ++i) names.push_back("site" + std::to_string(i));
  for (uint64_t i = 0; i < 300; ++i) rows.push_back(minute(0, names[i].c_str(), i + 1));
  for (uint64_t i = 0; i < 300; ++i) rows.push_back(minute(0, names[i].c_str(), 1000));
  ASSERT_TRUE(store_->traffic().add(rows));
  const auto sites = store_->traffic().bySite(start_, start_ + std::chrono::minutes(1));
  ASSERT_TRUE(sites) << sites.error().message;
  ASSERT_EQ(sites->size(), 300u);
  EXPECT_EQ(sites->front().site, "site299");
  EXPECT_EQ(sites->front().requests, 1300u);
  EXPECT_EQ(sites->front().blocked, 2u);
  EXPECT_EQ(sites->back().site, "site0");
  EXPECT_EQ(sites->back().requests, 1001u);
}

TEST_P(TrafficStoreTest, TooManyStepsAreRefused) {
  EXPECT_FALSE(store_->traffic().series(start_, start_ + std::chrono::hours(24 * 30), 1, ""));
}

TEST_P(TrafficStoreTest, OldMinutesGoAway) {
  ASSERT_TRUE(store_->traffic().add({minute(0, "a", 1)}));
  clock_.advance(std::chrono::hours(24 * 401));
  ASSERT_TRUE(store_->traffic().add({minute(401 * 24 * 60, "a", 1)}));
  EXPECT_EQ(store_->traffic().bySite(start_, clock_.wall() + std::chrono::hours(1))->at(0).requests,
            1u);
}

}  // namespace
}  // namespace db
