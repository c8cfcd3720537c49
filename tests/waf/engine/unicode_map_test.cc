// SecUnicodeMapFile with a file that the test writes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/waf/support/engine_harness.h"
#include "waf/transformations/unicode_map_file.h"

namespace waf {
namespace {

constexpr const char* kFile =
    "(MAC - Roman)\n\n\n1250  (ANSI - Central Europe)\n00a1:21 2039:3c\r\n203a:3e\n\n20127 "
    "(US-ASCII)\n"
    "2039:5b\n\n99 (broken)\n00a1:zz\n";

TEST(UnicodeMapTest, ReadsThePageThatIsAskedFor) {
  const auto map = UnicodeMap::parse(kFile, 1250);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->byteOf(0xa1), 0x21);
  EXPECT_EQ(map->byteOf(0x203a), '>');
  EXPECT_EQ(map->byteOf(0x41), -1);
  EXPECT_EQ(map->byteOf(0x10000), -1);
  EXPECT_EQ(UnicodeMap::parse(kFile, 1251).error().message, "has no code page 1251");
  EXPECT_FALSE(UnicodeMap::parse(kFile, 99));
}

class UnicodeMapRulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/unicode-map-XXXXXX";
    folder_ = mkdtemp(name);
    std::ofstream(folder_ + "/my.mapping") << kFile;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  // What "%u2039" is to a rule; "" when the set does not load.
  std::string seen(const std::string& directives) {
    for (const std::string text : {"<", "[", "9"}) {
      const auto loaded = RuleSet::loadText(directives + "\nSecRule ARGS \"@streq a" + text +
                                                "\" \"id:1,phase:2,deny,t:urlDecodeUni\"",
                                            "rules.conf", folder_);
      if (loaded.rule_set == nullptr) return "";
      TestRequest request;
      request.uri = "/?x=a%25u2039";
      if (runRequest(loaded.rule_set, request).interrupted) return text;
    }
    return "nothing";
  }
  std::string folder_;
};

TEST_F(UnicodeMapRulesTest, MapsByTheCodePageOfTheFile) {
  EXPECT_EQ(seen("SecUnicodeMapFile my.mapping 1250"), "<");
  EXPECT_EQ(seen("SecUnicodeMapFile my.mapping 20127"), "[");
  EXPECT_EQ(seen("SecUnicodeMapFile my.mapping"), "[");
  EXPECT_EQ(seen("SecUnicodeMapFile my.mapping\nSecUnicodeCodePage 1250"), "<");
  EXPECT_EQ(seen(""), "9") << "without a map the low byte";
  EXPECT_EQ(seen("SecUnicodeCodePage 20127"), "<") << "the page that is built in";
}

TEST_F(UnicodeMapRulesTest, RefusesAPageThatIsNotThere) {
  EXPECT_EQ(seen("SecUnicodeMapFile my.mapping 1251"), "");
  EXPECT_EQ(seen("SecUnicodeMapFile none.mapping 1250"), "");
  EXPECT_EQ(seen("SecUnicodeCodePage 1250"), "");
}

}  // namespace
}  // namespace waf
