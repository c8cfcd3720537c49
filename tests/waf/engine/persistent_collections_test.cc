// The store of IP, SESSION and the like under clients that vary their keys.
#include "waf/engine/persistent_collections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

using std::chrono::seconds;
using Store = PersistentCollections;

class PersistentCollectionsTest : public ::testing::Test {
 protected:
  static std::string ip(const std::string& key) { return Store::keyOf("app", "IP", key); }
  static std::string session(size_t n) { return Store::keyOf("app", "SESSION", std::to_string(n)); }
  void touch(const std::string& key, seconds timeout = seconds(3600)) {
    store_.add(key, "n", 1, now_, timeout);
  }
  bool has(const std::string& key) { return !store_.read(key, now_).empty(); }

  Store store_;
  WallTime now_{std::chrono::hours(24 * 20000)};
};

TEST_F(PersistentCollectionsTest, AFloodOfOneKindPushesOutItsOwn) {
  touch(ip("192.0.2.1"));
  for (size_t i = 0; i < Store::kMaxRecords + 1000; ++i) touch(session(i));
  EXPECT_LE(store_.records(), Store::kMaxRecords);
  EXPECT_TRUE(has(ip("192.0.2.1")));
  EXPECT_FALSE(has(session(0)));
  EXPECT_TRUE(has(session(Store::kMaxRecords + 999)));
}

TEST_F(PersistentCollectionsTest, WhatWasUsedAgainOutlivesAFloodOfTheSameKind) {
  for (int i = 0; i < 100; ++i) touch(ip("192.0.2." + std::to_string(i)));
  now_ += seconds(2);
  for (int i = 0; i < 100; ++i) touch(ip("192.0.2." + std::to_string(i)));
  for (size_t i = 0; i < 2 * Store::kMaxRecords; ++i) touch(ip("flood" + std::to_string(i)));
  EXPECT_LE(store_.records(), Store::kMaxRecords);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(has(ip("192.0.2." + std::to_string(i)))) << i;
}

TEST_F(PersistentCollectionsTest, WhatHasExpiredGoesFirst) {
  for (size_t i = 0; i < Store::kMaxRecords / 2; ++i) touch(session(i), seconds(60));
  for (size_t i = 0; i < Store::kMaxRecords / 2; ++i) touch(ip(std::to_string(i)), seconds(7200));
  now_ += seconds(3600);
  for (size_t i = 0; i < Store::kMaxRecords / 2; ++i) touch(ip("new" + std::to_string(i)));
  size_t left = 0;
  for (size_t i = 0; i < Store::kMaxRecords / 2; ++i) left += has(ip(std::to_string(i)));
  EXPECT_EQ(left, Store::kMaxRecords / 2) << "none that lives was pushed out";
}

TEST_F(PersistentCollectionsTest, ExpiredRecordsAreGivenBackWithoutAFlood) {
  for (size_t i = 0; i < 1000; ++i) touch(session(i), seconds(60));
  now_ += seconds(3600);
  for (size_t i = 0; i < 1000; ++i) touch(ip("one"));
  EXPECT_LE(store_.records(), 2u);
}

// Each record may take little, but many that grow take all there is.
TEST_F(PersistentCollectionsTest, RecordsThatGrowStayWithinTheBytes) {
  const std::string value(Store::kMaxValueBytes, 'x');
  for (size_t record = 0; record < 4000; ++record) {
    for (size_t i = 0; i < 24; ++i) {
      store_.set(session(record), "v" + std::to_string(i), value, now_, seconds(60));
    }
  }
  EXPECT_LE(store_.bytes(), Store::kMaxBytes);
  EXPECT_GT(store_.records(), 1000u);
  size_t bytes = 0;
  for (const auto& [name, text] : store_.read(session(3999), now_)) bytes += text.size();
  EXPECT_LE(bytes, Store::kMaxRecordBytes + Store::kMaxValueBytes);
}

TEST_F(PersistentCollectionsTest, TakesTheSameTimeHoweverFull) {
  const auto timeOf = [&](Store& store, size_t from) {
    const auto start = threadCpuTime();
    for (size_t i = from; i < from + 20000; ++i) store.add(session(i), "n", 1, now_, seconds(3600));
    return threadCpuTime() - start;
  };
  for (size_t i = 0; i < 2 * Store::kMaxRecords; ++i) touch(session(i));
  auto empty = std::chrono::nanoseconds::max();
  auto full = empty;
  for (size_t round = 0; round < 5; ++round) {
    Store fresh;
    empty = std::min(empty, timeOf(fresh, 0));
    full = std::min(full, timeOf(store_, 3 * Store::kMaxRecords + 20000 * round));
  }
  EXPECT_LT(full, 10 * empty);
}

TEST_F(PersistentCollectionsTest, LongKeysStayApart) {
  const std::string prefix(Store::kMaxKeyBytes, 'k');
  touch(ip(prefix + "a"));
  EXPECT_TRUE(has(ip(prefix + "a")));
  EXPECT_FALSE(has(ip(prefix + "b")));
}

TEST_F(PersistentCollectionsTest, IsReadAgainOnlyWhenItChanged) {
  touch(ip("a"));
  uint64_t version = 0;
  Store::Variables out;
  EXPECT_TRUE(store_.readChanged(ip("a"), now_, &version, &out));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_FALSE(store_.readChanged(ip("a"), now_, &version, &out));
  store_.set(ip("a"), "m", "2", now_, seconds(60));
  out.clear();
  EXPECT_TRUE(store_.readChanged(ip("a"), now_, &version, &out));
  EXPECT_EQ(out.size(), 2u);
  store_.expire(ip("a"), "n", now_ + seconds(10));
  now_ += seconds(11);
  out.clear();
  EXPECT_TRUE(store_.readChanged(ip("a"), now_, &version, &out));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].first, "m");
  store_.remove(ip("a"), "m");
  EXPECT_TRUE(store_.read(ip("a"), now_).empty());
}

}  // namespace
}  // namespace waf
