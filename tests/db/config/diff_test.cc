#include "db/config/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/db/support/config_sample.h"

namespace db {
namespace {

using testing::ElementsAre;

TEST(DiffTest, SaysNothingWhenNothingChanged) {
  EXPECT_TRUE(diffConfigs(sampleConfig(), sampleConfig()).empty());
}

TEST(DiffTest, NamesTheFieldAndBothValues) {
  Config after = sampleConfig();
  after.sites[0].waf.mode = "On";
  after.sites[0].waf.paranoia_level = 2;
  EXPECT_THAT(diffConfigs(sampleConfig(), after),
              ElementsAre("site shop: waf.mode DetectionOnly → On",
                          "site shop: waf.paranoia_level unset → 2"));
}

TEST(DiffTest, ListsAreShownAsWhatCameAndWent) {
  Config after = sampleConfig();
  after.sites[0].hosts = {"shop.example", "www.shop.example"};
  EXPECT_THAT(diffConfigs(sampleConfig(), after),
              ElementsAre("site shop: hosts + www.shop.example, − *.shop.example"));
}

TEST(DiffTest, ObjectsComeAndGo) {
  Config after = sampleConfig();
  after.sites[0].name = "store";
  EXPECT_THAT(diffConfigs(sampleConfig(), after),
              ElementsAre("site shop removed", "site store added"));
}

TEST(DiffTest, EndpointsAreMatchedByAddress) {
  Config after = sampleConfig();
  after.upstreams[0].endpoints = {{"127.0.0.1:9001", 5, false}, {"127.0.0.1:9002", 1, false}};
  EXPECT_THAT(diffConfigs(sampleConfig(), after),
              ElementsAre("upstream app: endpoint 127.0.0.1:9000 removed",
                          "upstream app: endpoint 127.0.0.1:9001: weight 2 → 5",
                          "upstream app: endpoint 127.0.0.1:9002 added"));
}

TEST(DiffTest, KeysAreNamedNotShown) {
  Config after = sampleConfig();
  after.certificates[0].key_pem = "other";
  after.certificates[0].key_sealed = "sealed";
  EXPECT_THAT(diffConfigs(sampleConfig(), after),
              ElementsAre("certificate demo: private key replaced"));
}

TEST(DiffTest, SettingsHaveNoName) {
  Config after = sampleConfig();
  after.settings.audit_log.file = "/var/log/a.jsonl";
  EXPECT_THAT(diffConfigs(sampleConfig(), after),
              ElementsAre("settings: audit_log.file empty → /var/log/a.jsonl"));
}

TEST(DiffTest, AnAuthorityIsNotPrinted) {
  const Config before = sampleConfig();
  Config after = before;
  after.upstreams[0].tls.ca_pem = "-----BEGIN CERTIFICATE-----";
  EXPECT_EQ(diffConfigs(before, after),
            std::vector<std::string>{"upstream app: tls.ca_pem replaced"});
}

}  // namespace
}  // namespace db
