#include "db/events/event_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace db {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

waf::MatchedRule rule(int64_t id, const char* severity) {
  waf::MatchedRule out;
  out.id = id;
  out.severity = severity;
  return out;
}

TEST(EventClassesTest, PointsAreOfTheSeverityAndAddedUpByClass) {
  EXPECT_THAT(scoreByClass({rule(942100, "CRITICAL"), rule(941100, "ERROR"),
                            rule(942432, "WARNING"), rule(920300, "NOTICE"),
                            rule(949110, "CRITICAL"), rule(942999, ""), rule(7, "CRITICAL")}),
              ElementsAre(Pair("sqli", 8), Pair("xss", 4), Pair("protocol", 2)));
  EXPECT_THAT(scoreByClass({}), IsEmpty());
}

TEST(EventClassesTest, EveryBitHasAName) {
  for (const int64_t id : {911100, 913100, 942100, 944150}) {
    ASSERT_NE(classBit(id), 0u) << id;
    EXPECT_NE(className(static_cast<size_t>(__builtin_ctz(classBit(id)))), "") << id;
  }
  EXPECT_EQ(classBit(1), 0u);
  EXPECT_EQ(className(31), "");
}

}  // namespace
}  // namespace db
