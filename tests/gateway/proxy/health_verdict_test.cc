#include <gtest/gtest.h>

#include "gateway/health/health_check.h"

namespace gateway {
namespace {

using Check = Endpoint::Check;

TEST(HealthVerdictTest, TheFirstSuccessDecidesAtOnce) {
  EXPECT_EQ(HealthVerdict(3, 3, Check::Unknown).add(true), Check::Healthy);
}

TEST(HealthVerdictTest, FailuresDecideOnlyInARow) {
  HealthVerdict verdict(2, 2, Check::Healthy);
  EXPECT_EQ(verdict.add(false), Check::Healthy);
  EXPECT_EQ(verdict.add(true), Check::Healthy);
  EXPECT_EQ(verdict.add(false), Check::Healthy);
  EXPECT_EQ(verdict.add(false), Check::Unhealthy);
  EXPECT_EQ(verdict.add(true), Check::Unhealthy);
  EXPECT_EQ(verdict.add(true), Check::Healthy);
}

}  // namespace
}  // namespace gateway
