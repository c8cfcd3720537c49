#include <gtest/gtest.h>

#include "gateway/access/access_list.h"
#include "gateway/access/client_address.h"
#include "gateway/access/rate_limiter.h"

namespace gateway {
namespace {

using Verdict = AccessList::Verdict;

waf::IpAddress ip(std::string_view text) {
  waf::IpAddress address;
  EXPECT_TRUE(waf::IpAddress::parse(text, &address)) << text;
  return address;
}

AccessList list(std::vector<std::string> allow, std::vector<std::string> deny) {
  auto made = AccessList::create({std::move(allow), std::move(deny)});
  EXPECT_TRUE(made.has_value());
  return *made;
}

TEST(AccessListTest, LetsEverybodyInWithoutLists) {
  EXPECT_EQ(list({}, {}).check(ip("203.0.113.1")), Verdict::Allowed);
}

TEST(AccessListTest, RefusesADeniedNetwork) {
  const AccessList access = list({}, {"203.0.113.0/24"});
  EXPECT_EQ(access.check(ip("203.0.113.200")), Verdict::Denied);
  EXPECT_EQ(access.check(ip("203.0.114.1")), Verdict::Allowed);
}

TEST(AccessListTest, AllowWinsOverDeny) {
  const AccessList access = list({"203.0.113.7"}, {"203.0.113.0/24"});
  EXPECT_EQ(access.check(ip("203.0.113.7")), Verdict::Allowed);
}

TEST(AccessListTest, RefusesWhoeverIsNotOnTheAllowList) {
  EXPECT_EQ(list({"10.0.0.0/8"}, {}).check(ip("11.0.0.1")), Verdict::NotAllowed);
}

TEST(AccessListTest, NamesTheBrokenNetwork) {
  const auto broken = AccessList::create({{}, {"10.0.0.0/99"}});
  ASSERT_FALSE(broken.has_value());
  EXPECT_NE(broken.error().message.find("10.0.0.0/99"), std::string::npos);
}

waf::IpAddress resolve(std::string_view peer, std::vector<std::string> trusted,
                       std::vector<std::string_view> forwarded) {
  auto set = parseNetworks(trusted);
  EXPECT_TRUE(set.has_value());
  return clientAddress(ip(peer), *set, forwarded);
}

TEST(ClientAddressTest, IgnoresTheFieldOfAnUntrustedPeer) {
  EXPECT_EQ(resolve("198.51.100.1", {"10.0.0.0/8"}, {"1.2.3.4"}), ip("198.51.100.1"));
  EXPECT_EQ(resolve("198.51.100.1", {}, {"1.2.3.4"}), ip("198.51.100.1"));
}

TEST(ClientAddressTest, TakesTheRightmostUntrustedEntry) {
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"6.6.6.6, 1.2.3.4, 10.0.0.9"}), ip("1.2.3.4"));
}

TEST(ClientAddressTest, ReadsSeveralLinesAsOneList) {
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"6.6.6.6", "1.2.3.4", "10.0.0.9, 10.0.0.8"}),
            ip("1.2.3.4"));
}

TEST(ClientAddressTest, StopsAtAnEntryThatIsNoAddress) {
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"1.2.3.4, unknown, 10.0.0.9"}), ip("10.0.0.9"));
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {""}), ip("10.0.0.1"));
}

TEST(ClientAddressTest, AcceptsPortsAndBrackets) {
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"1.2.3.4:4711"}), ip("1.2.3.4"));
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"[2001:db8::1]:4711"}), ip("2001:db8::1"));
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"2001:db8::1"}), ip("2001:db8::1"));
}

TEST(ClientAddressTest, TakesTheLeftmostWhenAllAreTrusted) {
  EXPECT_EQ(resolve("10.0.0.1", {"10.0.0.0/8"}, {"10.0.0.3, 10.0.0.2"}), ip("10.0.0.3"));
}

struct RateLimiterTest : testing::Test {
  bool admit(RateLimiter& limiter, std::string_view client) {
    return limiter.admit(ip(client), clock.monotonic()).allowed;
  }
  RateLimiterTest() { clock.advance(std::chrono::hours(1)); }
  waf::ManualClock clock;
};

TEST_F(RateLimiterTest, RefusesTheRequestPastTheWindow) {
  RateLimiter limiter({.enabled = true, .requests = 3, .window_ms = 1000});
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
  EXPECT_FALSE(admit(limiter, "1.1.1.1"));
}

TEST_F(RateLimiterTest, CountsAddressesApart) {
  RateLimiter limiter({.enabled = true, .requests = 1, .window_ms = 1000});
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
  EXPECT_TRUE(admit(limiter, "1.1.1.2"));
  EXPECT_FALSE(admit(limiter, "1.1.1.1"));
}

TEST_F(RateLimiterTest, CountsAnIpv6ClientByItsNetwork) {
  RateLimiter limiter({.enabled = true, .requests = 1, .window_ms = 1000});
  EXPECT_TRUE(admit(limiter, "2001:db8::1"));
  EXPECT_FALSE(admit(limiter, "2001:db8::2"));
  EXPECT_TRUE(admit(limiter, "2001:db8:0:1::1"));
}

TEST_F(RateLimiterTest, LetsTheClientInAgainAfterTheWait) {
  RateLimiter limiter({.enabled = true, .requests = 1, .window_ms = 5000});
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
  const auto verdict = limiter.admit(ip("1.1.1.1"), clock.monotonic());
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.retry_after, std::chrono::seconds(5));
  clock.advance(verdict.retry_after);
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
}

TEST_F(RateLimiterTest, BurstAddsToWhatIsLetThroughAtOnce) {
  RateLimiter limiter({.enabled = true, .requests = 2, .window_ms = 1000, .burst = 3});
  int admitted = 0;
  for (int i = 0; i < 10; ++i) admitted += admit(limiter, "1.1.1.1");
  EXPECT_EQ(admitted, 5);
}

TEST_F(RateLimiterTest, RefusalsDoNotProlongTheWait) {
  RateLimiter limiter({.enabled = true, .requests = 1, .window_ms = 1000});
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(admit(limiter, "1.1.1.1"));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(admit(limiter, "1.1.1.1"));
}

TEST_F(RateLimiterTest, KeepsItsSizeUnderManyAddresses) {
  RateLimiter limiter({.enabled = true, .requests = 1, .window_ms = 1000});
  for (uint32_t i = 0; i < 200'000; ++i) {
    waf::IpAddress client = ip("10.0.0.0");
    client.bytes[13] = static_cast<uint8_t>(i >> 16);
    client.bytes[14] = static_cast<uint8_t>(i >> 8);
    client.bytes[15] = static_cast<uint8_t>(i);
    EXPECT_TRUE(limiter.admit(client, clock.monotonic()).allowed);
  }
}

}  // namespace
}  // namespace gateway
