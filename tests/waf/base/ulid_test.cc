#include "waf/base/ulid.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

WallTime at(const char* text) {
  WallTime time;
  EXPECT_TRUE(parseRfc3339(text, &time));
  return time;
}

TEST(UlidTest, CarriesItsTimeInMilliseconds) {
  const std::string id = newUlid(at("2126-11-25T17:40:00.123456Z"));
  WallTime time;
  ASSERT_TRUE(ulidTime(id, &time));
  EXPECT_EQ(formatRfc3339(time), "2126-11-25T17:40:00.123000Z");
  EXPECT_EQ(id.size(), kUlidLength);
}

TEST(UlidTest, RisesWithinAMillisecondAndWhenTheClockStepsBack) {
  const WallTime now = at("2200-01-01T00:00:00Z");
  std::string last = newUlid(now);
  for (int i = 0; i < 10000; ++i) {
    const std::string next = newUlid(now - std::chrono::seconds(i % 2));
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(UlidTest, SortsByTime) {
  const WallTime now = at("2300-01-01T00:00:00Z");
  const std::string first = newUlid(now);
  EXPECT_LT(first, newUlid(now + std::chrono::milliseconds(1)));
}

TEST(UlidTest, RefusesWhatIsNotOne) {
  EXPECT_TRUE(isUlid("01arz3ndektsv4rrffq69g5fav"));
  for (const char* text : {"", "01arz3ndektsv4rrffq69g5fa", "01arz3ndektsv4rrffq69g5favv",
                           "81arz3ndektsv4rrffq69g5fav", "01arz3ndektsv4rrffq69g5fau",
                           "01ARZ3NDEKTSV4RRFFQ69G5FAV", "../../../../../etc/passwd0"}) {
    EXPECT_FALSE(isUlid(text)) << text;
  }
}

}  // namespace
}  // namespace waf
