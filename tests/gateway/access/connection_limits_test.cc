#include "gateway/access/connection_limits.h"

#include <gtest/gtest.h>

#include <optional>

namespace gateway {
namespace {

using Verdict = ConnectionLimits::Verdict;
using Ticket = ConnectionLimits::Ticket;

waf::IpAddress address(const char* text) {
  waf::IpAddress out;
  EXPECT_TRUE(waf::IpAddress::parse(text, &out));
  return out;
}

TEST(ConnectionLimitsTest, WithoutLimitsEverybodyIsAdmittedAndCounted) {
  ConnectionLimits limits;
  {
    Ticket tickets[3];
    for (Ticket& ticket : tickets) {
      EXPECT_EQ(limits.admit(address("203.0.113.7"), &ticket), Verdict::Admitted);
    }
    EXPECT_EQ(limits.open(), 3u);
  }
  EXPECT_EQ(limits.open(), 0u);
  EXPECT_EQ(limits.refused(), 0u);
}

TEST(ConnectionLimitsTest, AnAddressHasSoManyPlaces) {
  ConnectionLimits limits;
  limits.set(0, 2);
  std::optional<Ticket> first(std::in_place);
  Ticket second;
  Ticket third;
  Ticket other;
  EXPECT_EQ(limits.admit(address("203.0.113.7"), &*first), Verdict::Admitted);
  EXPECT_EQ(limits.admit(address("203.0.113.7"), &second), Verdict::Admitted);
  EXPECT_EQ(limits.admit(address("203.0.113.7"), &third), Verdict::TooManyOfAddress);
  EXPECT_EQ(limits.admit(address("203.0.113.8"), &other), Verdict::Admitted);
  EXPECT_EQ(limits.open(), 3u);
  EXPECT_EQ(limits.refused(), 1u);
  first.reset();
  EXPECT_EQ(limits.admit(address("203.0.113.7"), &third), Verdict::Admitted);
}

TEST(ConnectionLimitsTest, AnIpv6ClientIsItsBlock) {
  ConnectionLimits limits;
  limits.set(0, 1);
  Ticket one;
  Ticket two;
  Ticket three;
  EXPECT_EQ(limits.admit(address("2001:db8::1"), &one), Verdict::Admitted);
  EXPECT_EQ(limits.admit(address("2001:db8::2"), &two), Verdict::TooManyOfAddress);
  EXPECT_EQ(limits.admit(address("2001:db8:0:1::1"), &three), Verdict::Admitted);
}

TEST(ConnectionLimitsTest, AllTogetherHaveSoManyPlaces) {
  ConnectionLimits limits;
  limits.set(1, 0);
  Ticket one;
  Ticket two;
  EXPECT_EQ(limits.admit(address("203.0.113.7"), &one), Verdict::Admitted);
  EXPECT_EQ(limits.admit(address("203.0.113.8"), &two), Verdict::TooManyInAll);
  EXPECT_EQ(limits.open(), 1u);
}

TEST(ConnectionLimitsTest, ALimitThatGoesAwayMeanwhileLeavesNothingBehind) {
  ConnectionLimits limits;
  limits.set(0, 1);
  {
    Ticket one;
    EXPECT_EQ(limits.admit(address("203.0.113.7"), &one), Verdict::Admitted);
    limits.set(0, 0);
    Ticket two;
    EXPECT_EQ(limits.admit(address("203.0.113.7"), &two), Verdict::Admitted);
    limits.set(0, 1);
  }
  EXPECT_EQ(limits.open(), 0u);
  Ticket again;
  EXPECT_EQ(limits.admit(address("203.0.113.7"), &again), Verdict::Admitted);
}

}  // namespace
}  // namespace gateway
