// What operators offer to the shared scan: a value that it leaves out, they do not match.

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/waf/support/mutated_values.h"
#include "waf/operators/operator.h"
#include "waf/scan/scan_group.h"

namespace waf {
namespace {

struct Offered {
  std::string name;
  std::string argument;
  bool exact;  // what the scan finds, the operator matches
};

const std::vector<Offered> kOffered = {
    {"validateByteRange", "32-126", true},
    {"validateByteRange", "1-255", true},
    {"validateByteRange", "9,10,13,32-126,128-255", true},
    {"validateByteRange", "38,44-46,48-58,61,65-90,95,97-122", true},
    {"validateByteRange", "0-255", true},
    {"validateByteRange", "65", true},
    {"validateUtf8Encoding", "", false},
    {"validateUrlEncoding", "", false},
    {"detectXSS", "", false},
    {"detectSQLi", "", false}};

std::set<std::string> values() {
  const std::vector<std::string> hostile = {"<script>alert(1)</script>",
                                            "\" onload=alert(1) x=\"",
                                            "' or '1'='1",
                                            "1 union select 2",
                                            "<a href=javascript:alert(1)>",
                                            "%zz",
                                            "a%4",
                                            "\xc3\x28",
                                            "\xff",
                                            std::string("a\0b", 3),
                                            "x onerror=1",
                                            "--\n<!--",
                                            "\x7f",
                                            "a\tb\x01"};
  const std::vector<std::string> ordinary = {
      "ada.king@example.com", "7 Elm Road", "caf\xc3\xa9", "a=b", "50%25", "tools", "", "GT-2000"};
  std::set<std::string> all =
      test::mutatedValues(hostile, ordinary, test::Mutation::Heavy, 3, 20'000);
  std::mt19937 random(4);
  for (int i = 0; i < 5'000; ++i) {
    std::string value;
    for (auto length = random() % 40; length-- > 0;) value += static_cast<char>(random() % 256);
    all.insert(value);
  }
  return all;
}

TEST(OperatorScanTest, WhatTheScanLeavesOutNoOperatorMatches) {
  ScanGroupBuilder builder;
  std::vector<std::unique_ptr<Operator>> operators;
  for (const Offered& offered : kOffered) {
    auto made = createOperator(offered.name, offered.argument, false, {});
    ASSERT_TRUE(made) << offered.name;
    builder.add((*made)->scanPatterns());
    operators.push_back(*std::move(made));
  }
  const auto group = compileScanGroups({builder}, {}).front();
  EXPECT_EQ(group->databases(), 1U);  // "%"; what one byte decides needs none
  size_t matched = 0;
  for (const std::string& value : values()) {
    const std::string_view view = value;
    BitSet hits;
    group->scan({&view, 1}, hits);
    for (size_t slot = 0; slot < operators.size(); ++slot) {
      OperatorMatch match;
      const bool matches = operators[slot]->evaluate(value, "", match);
      matched += matches ? 1 : 0;
      ASSERT_TRUE(!matches || hits.test(slot))
          << kOffered[slot].name << " in " << ::testing::PrintToString(value);
      const bool scanned = !group->alwaysReported().test(slot);
      ASSERT_TRUE(matches || !hits.test(slot) || !scanned || !kOffered[slot].exact)
          << kOffered[slot].name << " in " << ::testing::PrintToString(value);
    }
  }
  EXPECT_GT(matched, 20'000U);
  EXPECT_TRUE(group->isScanned(0));
  EXPECT_FALSE(group->isScanned(6));  // by something weaker
  EXPECT_FALSE(group->alwaysReported().test(6));
  EXPECT_TRUE(group->alwaysReported().test(9));
}

}  // namespace
}  // namespace waf
