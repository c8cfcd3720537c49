// Plain contents are looked at once for many groups; what is found in them, and in others beside
// them, is what rule by rule finds.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "tests/waf/support/matches.h"
#include "waf/engine/program.h"

namespace waf {
namespace {

constexpr const char* kRules =
    "SecRuleEngine On\nSecRequestBodyAccess On\n"
    "SecRule ARGS \"@rx union\\s+select\" \"id:1,phase:2,pass,log,t:none\"\n"
    "SecRule ARGS|ARGS_NAMES \"@rx ^drop$\" \"id:2,phase:2,pass,log,t:none,t:lowercase\"\n"
    "SecRule ARGS|REQUEST_COOKIES \"@pm passwd shadow ../etc\" "
    "\"id:3,phase:2,pass,log,t:none,t:removeWhitespace\"\n"
    "SecRule ARGS \"@rx on[a-z]+=\" \"id:4,phase:2,pass,log,t:none,t:urlDecodeUni\"\n"
    "SecRule ARGS \"@rx a b c\" \"id:5,phase:2,pass,log,t:none,t:compressWhitespace\"\n"
    "SecRule ARGS \"@rx wget -o\" \"id:6,phase:2,pass,log,t:none,t:cmdLine\"\n"
    "SecRule ARGS \"@rx (?i)exec[_-]it\" \"id:7,phase:2,pass,log,t:none,t:urlDecodeUni,"
    "t:replaceComments\"\n"
    "SecRule ARGS \"@rx ^$\" \"id:8,phase:2,pass,log,t:none,t:htmlEntityDecode\"\n"
    "SecRule ARGS \"@rx 0x41|AAA\" \"id:9,phase:2,pass,log,t:none,t:sqlHexDecode\"\n"
    "SecRule ARGS \"@rx ^.{40,}$\" \"id:10,phase:2,pass,log,t:none,t:trim\"\n"
    "SecRule ARGS \"@rx evil\" \"id:11,phase:2,pass,log,t:none,t:base64Decode\"\n"
    "SecRule ARGS \"!@rx ^[ -~]*$\" \"id:12,phase:2,pass,log,t:none,t:jsDecode\"\n"
    "SecRule ARGS \"@validateByteRange 32-126\" \"id:13,phase:2,pass,log,t:none\"\n"
    "SecRule ARGS \"@rx x{3}\" \"id:14,phase:2,pass,log,multiMatch,t:none,t:lowercase,"
    "t:removeWhitespace\"\n"
    "SecRule ARGS|!ARGS:free \"@rx \\bfree\\b\" \"id:15,phase:2,pass,log,t:none,t:cssDecode\"\n";

const std::vector<std::string> kPieces{"union",
                                       "union+select",
                                       "wget++-o",
                                       "select",
                                       "+",
                                       "+",
                                       "drop",
                                       "DROP",
                                       "pass",
                                       "wd",
                                       "shadow",
                                       "..%2fetc",
                                       "onload",
                                       "%3d",
                                       "a+b",
                                       "+c",
                                       "wget",
                                       "-o",
                                       "Exec_it",
                                       "exec%2f%2a*%2f-it",
                                       "0x41",
                                       "0x414141",
                                       "AAA",
                                       "ZXZpbA",
                                       "ZXZpbA%3d%3d",
                                       "xx",
                                       "X",
                                       "x+x",
                                       "free",
                                       "fr%5cee",
                                       "caf%e9",
                                       "%0a",
                                       "hello",
                                       "42",
                                       "-",
                                       "_",
                                       ".",
                                       "some-words-that-make-it-long.",
                                       "%01",
                                       "%26lt;"};

TEST(PlainScanTest, HoldsThePatternsThatAPlainContentCanMatch) {
  const auto rules = loadRules(kRules);
  ASSERT_NE(rules, nullptr);
  const PlainScan& plain = rules->program().plans[2].plain;
  ASSERT_NE(plain.scan, nullptr);
  // Not: 4, whose "=" is not plain; 11 to 13, for which it does not stand, and 1, which shares a
  // group with 13.
  EXPECT_EQ(plain.scan->slots(), 10U);
  EXPECT_EQ(rules->program().plans[1].plain.scan, nullptr);
  EXPECT_EQ(RuleSet::loadText(kRules, "r.conf", "", false).rule_set->program().plans[2].plain.scan,
            nullptr);
}

// A set whose databases are compiled later is one that lacks any of them, the plain scan's too.
TEST(PlainScanTest, ASetThatLacksADatabaseIsProvisional) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("plain-scan-test" + std::to_string(getpid()));
  fs::create_directories(folder / "cache");
  std::ofstream(folder / "rules.conf") << kRules;
  RuleSetOptions options;
  options.paths = {(folder / "rules.conf").string()};
  options.cache_dir = (folder / "cache").string();
  auto whole = RuleSet::load(options).rule_set;
  ASSERT_NE(whole, nullptr);
  EXPECT_FALSE(whole->statistics().provisional);
  std::vector<fs::path> databases;
  for (const auto& entry : fs::directory_iterator(folder / "cache")) {
    if (entry.path().extension() == ".hsdb") databases.push_back(entry.path());
  }
  EXPECT_EQ(databases.size(), whole->statistics().databases);
  whole.reset();  // what is in use is there, whatever the folder lacks
  options.cached_databases_only = true;
  for (const fs::path& database : databases) {
    fs::rename(database, folder / "aside");
    EXPECT_TRUE(RuleSet::load(options).rule_set->statistics().provisional) << database;
    fs::rename(folder / "aside", database);
  }
  EXPECT_FALSE(RuleSet::load(options).rule_set->statistics().provisional);
  fs::remove_all(folder);
}

TEST(PlainScanTest, WhatIsFoundInPlainContentsIsWhatRuleByRuleFinds) {
  const auto rules = loadRules(kRules);
  const auto reference = RuleSet::loadText(kRules, "rules.conf", "", false).rule_set;
  ASSERT_NE(rules, nullptr);
  ASSERT_NE(reference, nullptr);
  std::mt19937 random(27);
  const auto value = [&] {
    std::string out;
    for (size_t count = random() % 4; count > 0; --count) out += kPieces[random() % kPieces.size()];
    return out;
  };
  std::set<std::string> found;
  for (int round = 0; round < 1500; ++round) {
    TestRequest request;
    request.uri = "/?a=" + value();
    for (size_t count = random() % 12; count > 0; --count) {
      request.uri += (random() % 4 == 0 ? "&free=" : "&n" + std::to_string(count) + "=") + value();
    }
    if (random() % 3 == 0) request.uri += "&drop=1";
    request.headers.emplace_back("Cookie", "c=" + value());
    const auto expected = matchesOf(reference, request, false);
    ASSERT_EQ(matchesOf(rules, request, false), expected) << request.uri;
    ASSERT_EQ(matchesOf(rules, request, true), expected) << request.uri;
    for (const std::string& match : expected) found.insert(match.substr(0, match.find(' ')));
  }
  EXPECT_EQ(found.size(), 15U) << "each rule finds something somewhere: "
                               << ::testing::PrintToString(found);
}

}  // namespace
}  // namespace waf
