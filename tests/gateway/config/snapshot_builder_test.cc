#include "gateway/config/snapshot_builder.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace gateway {
namespace {

struct SnapshotBuilderTest : ::testing::Test {
  SnapshotBuilderTest() {
    db::UpstreamConfig app;
    app.name = "app";
    app.endpoints.push_back({"127.0.0.1:9", 1, false});
    config.upstreams.push_back(app);
    db::SiteConfig shop;
    shop.name = "shop";
    shop.hosts = {"shop.example"};
    shop.upstream = "app";
    shop.waf.mode = "Off";
    shop.rate_limit.enabled = true;
    shop.cache.enabled = true;
    config.sites.push_back(shop);
  }
  std::shared_ptr<Snapshot> build(const Snapshot* previous = nullptr) {
    return builder.build(config, previous, &failure);
  }
  SnapshotBuilder builder{SnapshotBuilder::Options{}};
  db::Config config;
  admin::PrepareFailure failure;
};

TEST_F(SnapshotBuilderTest, CarriesOverWhatDidNotChange) {
  const auto first = build();
  ASSERT_NE(first, nullptr) << failure.error.message;
  const auto second = build(first.get());
  EXPECT_EQ(first->sites[0]->rate_limiter, second->sites[0]->rate_limiter);
  EXPECT_EQ(first->sites[0]->cache, second->sites[0]->cache);
  EXPECT_EQ(first->upstreams[0]->balancer->members()[0].endpoint,
            second->upstreams[0]->balancer->members()[0].endpoint);
}

TEST_F(SnapshotBuilderTest, StartsAnewWhereTheNumbersChanged) {
  const auto first = build();
  config.sites[0].rate_limit.requests += 1;
  config.sites[0].cache.limit_bytes /= 2;
  const auto second = build(first.get());
  EXPECT_NE(first->sites[0]->rate_limiter, second->sites[0]->rate_limiter);
  EXPECT_NE(first->sites[0]->cache, second->sites[0]->cache);
}

TEST_F(SnapshotBuilderTest, ServesAtOnceAndTakesTheCompiledRulesLater) {
  const tests::TemporaryFolder folder;
  config.rulesets.push_back(
      {"own",
       folder.write("a.conf", "SecRule ARGS \"@rx only[0-9]here\" \"id:1,phase:2,deny\"\n")});
  config.sites[0].waf.mode = "On";
  config.sites[0].waf.rulesets = {"own"};
  const auto first = build();
  ASSERT_NE(first, nullptr) << failure.error.message;
  const Site& site = *first->sites[0];
  EXPECT_TRUE(site.rule_set->statistics().provisional);
  EXPECT_EQ(site.rule_set->statistics().rx_hyperscan, 0u);

  const auto whole = waf::RuleSet::load(site.rule_set_options).rule_set;
  ASSERT_NE(whole, nullptr);
  const auto second = builder.withRuleSet(*first, site.rule_set_identity, whole, &failure);
  ASSERT_NE(second, nullptr) << failure.error.message;
  EXPECT_EQ(second->sites[0]->rule_set, whole);
  EXPECT_EQ(second->sites[0]->cache, site.cache);
  EXPECT_EQ(second->sites[0]->rate_limiter, site.rate_limiter);
  // The next change of the configuration keeps it.
  EXPECT_EQ(build(second.get())->sites[0]->rule_set, whole);
}

TEST_F(SnapshotBuilderTest, NamesTheUpstreamThatIsMissing) {
  config.sites[0].upstream = "gone";
  EXPECT_EQ(build(), nullptr);
  EXPECT_NE(failure.error.message.find("\"gone\""), std::string::npos);
}

TEST_F(SnapshotBuilderTest, WarnsWhereASiteHasNoRules) {
  config.sites[0].waf.mode = "On";
  const auto snapshot = build();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->warnings.size(), 1u);
  EXPECT_EQ(snapshot->sites[0]->rule_set, nullptr);
}

}  // namespace
}  // namespace gateway
