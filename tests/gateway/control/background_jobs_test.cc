#include "gateway/control/background_jobs.h"

#include <gtest/gtest.h>

#include <atomic>

#include "gateway/control/snapshot_jobs.h"
#include "tests/support/wait_until.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using tests::waitUntil;

TEST(BackgroundJobsTest, RunsAJobAgainAndAgain) {
  std::atomic<int> runs{0};
  BackgroundJobs jobs;
  jobs.replace({{"a", [&] { return ++runs, milliseconds(1); }, {}}});
  EXPECT_TRUE(waitUntil([&] { return runs >= 3; }));
}

TEST(BackgroundJobsTest, AJobThatIsKnownKeepsItsTimeAndOneThatIsGoneEnds) {
  std::atomic<int> kept{0};
  std::atomic<int> gone{0};
  BackgroundJobs jobs;
  const auto count = [](std::atomic<int>* runs, milliseconds pause) {
    return [runs, pause] { return ++*runs, pause; };
  };
  jobs.replace({{"kept", count(&kept, std::chrono::hours(1)), {}},
                {"gone", count(&gone, milliseconds(1)), {}}});
  EXPECT_TRUE(waitUntil([&] { return kept == 1 && gone >= 1; }));
  jobs.replace({{"kept", count(&kept, std::chrono::hours(1)), {}}});
  std::atomic<int> after{0};
  jobs.replace({{"kept", count(&kept, std::chrono::hours(1)), {}},
                {"new", count(&after, milliseconds(1)), {}}});
  EXPECT_TRUE(waitUntil([&] { return after >= 3; }));
  const int then = gone;
  EXPECT_TRUE(waitUntil([&] { return after >= 6; }));
  EXPECT_EQ(gone, then);
  EXPECT_EQ(kept, 1);
}

// An upstream with one endpoint of this name and no address.
Snapshot snapshotOf(const std::string& name, uint32_t interval_s) {
  Snapshot snapshot;
  auto upstream = std::make_shared<Upstream>();
  upstream->config.name = "app";
  upstream->config.resolve_interval_s = interval_s;
  UpstreamAddress address;
  address.name = name;
  upstream->addresses.push_back(address);
  std::vector<Balancer::Member> members{{std::make_shared<Endpoint>(name), 1, false}};
  members.front().endpoint->setCheck(Endpoint::Check::Unhealthy, "its name does not resolve");
  upstream->balancer = std::make_unique<Balancer>(BalanceMethod::RoundRobin, std::move(members),
                                                  Balancer::Ejection{});
  snapshot.upstreams.push_back(std::move(upstream));
  return snapshot;
}

TEST(NameJobsTest, ANameThatResolvesLaterBringsItsEndpointIn) {
  const Snapshot snapshot = snapshotOf("localhost:9", 30);
  const auto jobs = nameJobs(snapshot);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs.front().first, milliseconds(30000));
  EXPECT_EQ(jobs.front().run(), milliseconds(30000));
  const Upstream& upstream = *snapshot.upstreams.front();
  EXPECT_FALSE(upstream.addresses.front().addresses->empty());
  EXPECT_NE(upstream.balancer->members().front().endpoint->check(), Endpoint::Check::Unhealthy);
  EXPECT_TRUE(backgroundAlarms(snapshot).empty());
}

TEST(NameJobsTest, AFailureKeepsTheAddressesAndIsAnAlarm) {
  const Snapshot snapshot = snapshotOf("no-such-host.invalid:9", 30);
  const Poco::Net::SocketAddress last("192.0.2.1", 9);
  EndpointAddresses& addresses = *snapshot.upstreams.front()->addresses.front().addresses;
  nameJobs(snapshot).front().run();
  ASSERT_EQ(backgroundAlarms(snapshot).size(), 1u);
  EXPECT_NE(backgroundAlarms(snapshot).front().find("left out until it does"), std::string::npos);
  addresses.replace({last});
  nameJobs(snapshot).front().run();
  EXPECT_EQ(addresses.inTurn(), std::vector{last});
  EXPECT_NE(backgroundAlarms(snapshot).front().find("last addresses stay in use"),
            std::string::npos);
}

TEST(NameJobsTest, WhatIsNoNameIsNotLookedUp) {
  for (const char* name : {"127.0.0.1:9", "[::1]:9", "unix:/run/app.sock"}) {
    EXPECT_TRUE(nameJobs(snapshotOf(name, 30)).empty()) << name;
  }
  EXPECT_TRUE(nameJobs(snapshotOf("localhost:9", 0)).empty());
}

}  // namespace
}  // namespace gateway
