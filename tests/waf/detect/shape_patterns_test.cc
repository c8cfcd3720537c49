#include "waf/detect/shape_patterns.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace waf {
namespace {

TEST(ShapePatternsTest, ReadsLettersSetsAndWhatMayBeAbsent) {
  const ShapePatterns patterns({"ab?c [de]f", "x.y z*"});
  for (const char* shape : {"abc", "ac", "df", "ef", "xqy", "x*y", "z", "zzzz"}) {
    EXPECT_TRUE(patterns.match(shape)) << shape;
  }
  for (const char* shape : {"", "a", "ab", "abbc", "def", "xy", "xyy2", "q", "abcc"}) {
    EXPECT_FALSE(patterns.match(shape)) << shape;
  }
}

TEST(ShapePatternsTest, KnowsTheWaysToGoOn) {
  const ShapePatterns must({"1+"});
  const ShapePatterns may({"1~"});
  for (const char* rest : {"c", ";", ";c", "B", "Bxx", "U", "UE", "UEx", "Uc", "&(", "f(x", "o1x",
                           "En", ")&", ")Ux", "kn", "k(x"}) {
    EXPECT_TRUE(must.match("1" + std::string(rest))) << rest;
    EXPECT_TRUE(may.match("1" + std::string(rest))) << rest;
  }
  for (const char* rest :
       {"cx", ";x", "Ux", "&", "&1", "f", "o", "o;", "E", "Enx", ")", ")1", "k", "k;", "n", "X"}) {
    EXPECT_FALSE(must.match("1" + std::string(rest))) << rest;
    EXPECT_FALSE(may.match("1" + std::string(rest))) << rest;
  }
  EXPECT_FALSE(must.match("1"));
  EXPECT_TRUE(may.match("1"));
}

// What a pattern means, item by item.
bool matches(std::string_view shape, std::string_view pattern, bool first) {
  if (pattern.empty()) return shape.empty();
  if (pattern == "*") return true;
  std::string_view item = pattern.substr(0, 1);
  size_t used = 1;
  if (item == "[") {
    used = pattern.find(']') + 1;
    item = pattern.substr(1, used - 2);
  }
  const bool optional = used < pattern.size() && pattern[used] == '?';
  const std::string_view rest = pattern.substr(used + (optional ? 1 : 0));
  const bool takes = !shape.empty() && (item == "." || item.find(shape[0]) != item.npos);
  if (takes && matches(shape.substr(1), rest, false)) return true;
  return optional && !first && matches(shape, rest, false);
}

TEST(ShapePatternsTest, FindsWhatEachPatternByItselfWouldFind) {
  std::mt19937 random(3);
  const auto below = [&](unsigned bound) {
    return std::uniform_int_distribution<unsigned>(0, bound - 1)(random);
  };
  const auto letter = [&] { return "abcd"[below(4)]; };
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> list;
    std::string text;
    for (unsigned i = 0; i < 1 + below(12); ++i) {
      std::string pattern;
      for (unsigned items = 1 + below(5); items-- > 0;) {
        if (below(8) == 0) {
          pattern += '.';
        } else if (below(3) == 0) {
          pattern += {'[', letter(), letter(), ']'};
        } else {
          pattern += letter();
        }
        if (below(4) == 0) pattern += '?';
      }
      if (below(5) == 0) pattern += '*';
      text += (i == 0 ? "" : " ") + pattern;
      list.push_back(pattern);
    }
    const ShapePatterns patterns({text});
    for (int tries = 0; tries < 2000; ++tries) {
      std::string shape;
      for (unsigned size = below(7); size-- > 0;) shape += "abcde"[below(5)];
      bool expected = false;
      for (const std::string& pattern : list) {
        expected = expected || matches(shape, pattern, true);
      }
      ASSERT_EQ(patterns.match(shape), expected) << shape << " by " << text;
    }
  }
}

}  // namespace
}  // namespace waf
