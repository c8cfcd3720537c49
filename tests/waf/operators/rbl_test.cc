// @rbl against a resolver that the test answers for.
#include <gtest/gtest.h>

#include <map>

#include "waf/operators/block_lists.h"
#include "waf/operators/operator.h"

namespace waf {
namespace {

using Kind = BlockListAnswer::Kind;

class RblTest : public ::testing::Test, public BlockListResolver {
 protected:
  void SetUp() override { BlockListResolver::use(this); }
  void TearDown() override { BlockListResolver::use(nullptr); }
  BlockListAnswer ask(std::string_view name) override {
    asked_.emplace_back(name);
    const auto found = listed_.find(std::string(name));
    if (found != listed_.end()) return {Kind::Listed, found->second};
    return {known_ ? Kind::NotListed : Kind::Unknown, 0};
  }
  std::unique_ptr<Operator> make(const std::string& zone, const std::string& key = "") {
    OperatorEnvironment environment;
    environment.http_bl_key = key;
    auto made = createOperator("rbl", zone, false, environment);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? std::move(*made) : nullptr;
  }
  std::string said(const Operator& op, std::string_view value) {
    OperatorMatch match;
    if (!op.evaluate(value, "", match)) return "no";
    return std::string(match.captures[0]);
  }

  std::map<std::string, uint32_t> listed_;
  std::vector<std::string> asked_;
  bool known_ = true;
};

TEST_F(RblTest, ReversesAddresses) {
  listed_ = {{"2.0.0.127.list.example", 0x7f000002},
             {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.example", 1},
             {"spam.example.list.example", 0x7f000004}};
  const auto op = make("List.Example.");
  EXPECT_EQ(said(*op, "127.0.0.2"), "127.0.0.2");
  EXPECT_NE(said(*op, "2001:db8::1"), "no");
  EXPECT_EQ(said(*op, "Spam.Example"), "127.0.0.4");
  EXPECT_EQ(said(*op, "192.0.2.1"), "no");
  EXPECT_EQ(asked_.back(), "1.2.0.192.list.example");
}

TEST_F(RblTest, WhatIsNotKnownYetDoesNotMatch) {
  known_ = false;
  const auto op = make("list.example");
  EXPECT_EQ(said(*op, "192.0.2.1"), "no");
  listed_["1.2.0.192.list.example"] = 0x7f000002;
  EXPECT_EQ(said(*op, "192.0.2.1"), "127.0.0.2");
}

TEST_F(RblTest, AsksOnlyForWhatCanBeAName) {
  const auto op = make("list.example");
  for (const std::string& value :
       {std::string(), std::string("a b"), std::string("a..b"), std::string(".a"),
        std::string(300, 'a'), std::string(64, 'a') + ".b", std::string("a\0b", 3),
        std::string("a/b"), std::string("x\xc3\xa4")}) {
    EXPECT_EQ(said(*op, value), "no") << value;
  }
  EXPECT_TRUE(asked_.empty());
}

TEST_F(RblTest, HttpBlWantsItsKeyAndSaysWhatTheVisitorIs) {
  EXPECT_EQ(said(*make("dnsbl.httpbl.org"), "192.0.2.1"), "no");
  EXPECT_TRUE(asked_.empty()) << "nothing is asked without a key";
  listed_["abcdefghijkl.1.2.0.192.dnsbl.httpbl.org"] = 0x7f0a3702;
  const std::string text = said(*make("dnsbl.httpbl.org", "abcdefghijkl"), "192.0.2.1");
  EXPECT_NE(text.find("RBL lookup of 192.0.2.1.dnsbl.httpbl.org succeeded at TX:checkip. Harvester "
                      "IP: 10 days since last activity, threat score 55"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("abcdefghijkl"), std::string::npos);
}

TEST_F(RblTest, WithoutAResolverNothingMatches) {
  BlockListResolver::use(nullptr);
  EXPECT_EQ(said(*make("list.example"), "192.0.2.1"), "no");
}

TEST(RblLoadTest, RefusesWhatIsNoList) {
  const OperatorEnvironment environment;
  for (const char* zone : {"", "a b", "-/x", "a..b", "list.example/24"}) {
    EXPECT_FALSE(createOperator("rbl", zone, false, environment)) << zone;
  }
  EXPECT_FALSE(createOperator("rbl", "%{tx.list}", true, environment));
}

}  // namespace
}  // namespace waf
