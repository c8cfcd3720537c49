#include "gateway/routing/host_table.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(HostTableTest, ExactNameWinsOverWildcardAndAny) {
  HostTable table;
  table.add("*", 0);
  table.add("*.shop.example", 1);
  table.add("www.shop.example", 2);
  EXPECT_EQ(table.find("www.shop.example"), 2u);
  EXPECT_EQ(table.find("api.shop.example"), 1u);
  EXPECT_EQ(table.find("other.example"), 0u);
}

TEST(HostTableTest, WildcardCoversAnyDepthButNotTheNameItself) {
  HostTable table;
  table.add("*.shop.example", 1);
  EXPECT_EQ(table.find("a.b.shop.example"), 1u);
  EXPECT_EQ(table.find("shop.example"), std::nullopt);
  EXPECT_EQ(table.find(".shop.example"), std::nullopt);
}

TEST(HostTableTest, LongestWildcardWins) {
  HostTable table;
  table.add("*.example", 1);
  table.add("*.shop.example", 2);
  EXPECT_EQ(table.find("www.shop.example"), 2u);
}

TEST(HostTableTest, KnowsNoSiteForAStranger) {
  HostTable table;
  table.add("shop.example", 1);
  EXPECT_EQ(table.find("blog.example"), std::nullopt);
  EXPECT_EQ(table.find(""), std::nullopt);
}

TEST(NormalizeHostTest, DropsCasePortAndFinalDot) {
  EXPECT_EQ(normalizeHost("Shop.Example:8443"), "shop.example");
  EXPECT_EQ(normalizeHost("shop.example."), "shop.example");
  EXPECT_EQ(normalizeHost("[::1]:8443"), "::1");
  EXPECT_EQ(normalizeHost(""), "");
}

}  // namespace
}  // namespace gateway
