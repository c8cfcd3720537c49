#include "waf/base/find_text.h"

#include <gtest/gtest.h>

#include <string>

namespace waf {
namespace {

TEST(FindTextTest, ATextIsFoundWhereverItStands) {
  for (size_t size = 0; size < 40; ++size) {
    for (size_t before = 0; before < 40; ++before) {
      const std::string needle = "(" + std::string(size, 'x') + ")";
      const std::string text = std::string(before, '(') + needle + std::string(39 - before, ')');
      EXPECT_TRUE(occursIn(needle, text)) << size << " " << before;
      EXPECT_TRUE(occursIn(text, text));
      EXPECT_FALSE(occursIn(text + ")", text));
      EXPECT_FALSE(occursIn("(" + needle + "x", text));
    }
  }
}

TEST(FindTextTest, NothingIsFoundBehindTheEnd) {
  const std::string text = "application/json|text/xml";
  for (size_t size = 0; size <= text.size(); ++size) {
    const std::string_view shown = std::string_view(text).substr(0, size);
    EXPECT_EQ(occursIn("text/xml", shown), size == text.size()) << size;
    EXPECT_EQ(occursIn("n|", shown), size >= 17) << size;
  }
}

TEST(FindTextTest, AnEmptyTextIsInEverything) {
  EXPECT_TRUE(occursIn("", ""));
  EXPECT_TRUE(occursIn("", "a"));
  EXPECT_FALSE(occursIn("a", ""));
}

}  // namespace
}  // namespace waf
