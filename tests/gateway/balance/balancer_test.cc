#include "gateway/balance/balancer.h"

#include <gtest/gtest.h>

#include <map>

namespace gateway {
namespace {

using namespace std::chrono_literals;

struct BalancerTest : testing::Test {
  std::unique_ptr<Balancer> make(std::vector<std::pair<uint32_t, bool>> weights,
                                 BalanceMethod method = BalanceMethod::RoundRobin,
                                 uint32_t after_failures = 2) {
    std::vector<Balancer::Member> members;
    for (const auto& [weight, backup] : weights) {
      members.push_back(
          {std::make_shared<Endpoint>("e" + std::to_string(members.size())), weight, backup});
    }
    return std::make_unique<Balancer>(method, members, Balancer::Ejection{after_failures, 10s});
  }
  std::map<size_t, int> draw(Balancer& balancer, int times, std::vector<size_t> tried = {}) {
    std::map<size_t, int> counts;
    for (int i = 0; i < times; ++i) {
      if (const auto index = balancer.pick(tried, now)) ++counts[*index];
    }
    return counts;
  }
  waf::MonotonicTime now = waf::MonotonicTime{} + 1h;
};

TEST(SmoothScheduleTest, SpreadsTheHeavyOne) {
  EXPECT_EQ(smoothSchedule({5, 1, 1}), (std::vector<uint16_t>{0, 0, 1, 0, 2, 0, 0}));
}

TEST(SmoothScheduleTest, ReducesByTheCommonDivisor) {
  EXPECT_EQ(smoothSchedule({100, 100}), (std::vector<uint16_t>{0, 1}));
}

TEST(SmoothScheduleTest, BoundsThePeriod) {
  const auto schedule = smoothSchedule({1'000'003, 1, 999'983});
  EXPECT_LE(schedule.size(), 4096u);
  EXPECT_NE(std::find(schedule.begin(), schedule.end(), 1), schedule.end());
}

TEST_F(BalancerTest, KeepsTheWeights) {
  auto balancer = make({{3, false}, {1, false}});
  const auto counts = draw(*balancer, 400);
  EXPECT_EQ(counts.at(0), 300);
  EXPECT_EQ(counts.at(1), 100);
}

TEST_F(BalancerTest, LeavesOutAnUnhealthyEndpoint) {
  auto balancer = make({{1, false}, {1, false}});
  balancer->members()[0].endpoint->setCheck(Endpoint::Check::Unhealthy, "down");
  EXPECT_EQ(draw(*balancer, 10).count(0), 0u);
}

TEST_F(BalancerTest, SharesTheTurnsOfAnUnhealthyEndpointByWeight) {
  auto balancer = make({{2, false}, {1, false}, {1, false}});
  balancer->members()[0].endpoint->setCheck(Endpoint::Check::Unhealthy, "down");
  const auto counts = draw(*balancer, 4000);
  EXPECT_NEAR(counts.at(1), 2000, 200);
  EXPECT_NEAR(counts.at(2), 2000, 200);
}

TEST_F(BalancerTest, EjectsAfterFailuresInARowAndTakesBackLater) {
  auto balancer = make({{1, false}, {1, false}});
  balancer->failed(0, "refused", now);
  EXPECT_EQ(balancer->members()[0].endpoint->state(now), "healthy");
  balancer->failed(0, "refused", now);
  EXPECT_EQ(balancer->members()[0].endpoint->state(now), "ejected");
  EXPECT_EQ(draw(*balancer, 10).count(0), 0u);
  now += 10s;
  EXPECT_EQ(draw(*balancer, 10).at(0), 5);
}

TEST_F(BalancerTest, ASuccessBreaksTheRow) {
  auto balancer = make({{1, false}, {1, false}});
  balancer->failed(0, "refused", now);
  balancer->succeeded(0);
  balancer->failed(0, "refused", now);
  EXPECT_EQ(balancer->members()[0].endpoint->state(now), "healthy");
}

TEST_F(BalancerTest, NeverEjectsTheLastOne) {
  auto balancer = make({{1, false}, {1, false}});
  for (int i = 0; i < 5; ++i) {
    balancer->failed(0, "refused", now);
    balancer->failed(1, "refused", now);
  }
  EXPECT_EQ(balancer->members()[0].endpoint->state(now), "ejected");
  EXPECT_EQ(balancer->members()[1].endpoint->state(now), "healthy");
}

TEST_F(BalancerTest, AsksABackupOnlyWhenNoPrimaryIsLeft) {
  auto balancer = make({{1, false}, {1, true}});
  EXPECT_EQ(draw(*balancer, 10).count(1), 0u);
  balancer->members()[0].endpoint->setCheck(Endpoint::Check::Unhealthy, "down");
  EXPECT_EQ(draw(*balancer, 10).at(1), 10);
}

TEST_F(BalancerTest, TriesADownEndpointRatherThanNone) {
  auto balancer = make({{1, false}});
  balancer->members()[0].endpoint->setCheck(Endpoint::Check::Unhealthy, "down");
  EXPECT_EQ(draw(*balancer, 3).at(0), 3);
}

TEST_F(BalancerTest, FailoverNeverAsksTheSameAgain) {
  auto balancer = make({{1, false}, {1, false}});
  EXPECT_EQ(draw(*balancer, 10, {0}).at(1), 10);
  EXPECT_TRUE(draw(*balancer, 10, {0, 1}).empty());
}

TEST_F(BalancerTest, LeastConnectionsPrefersTheIdleOne) {
  auto balancer = make({{1, false}, {1, false}}, BalanceMethod::LeastConnections);
  balancer->members()[0].endpoint->begin();
  EXPECT_EQ(draw(*balancer, 10).at(1), 10);
}

}  // namespace
}  // namespace gateway
