#include "waf/seclang/lexer.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

TEST(SplitLogicalLinesTest, JoinsContinuationLinesAndKeepsTheFirstLineNumber) {
  const auto lines = splitLogicalLines("\nSecRule ARGS \\\n  \"x\"\nSecMarker A\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "SecRule ARGS   \"x\"");
  EXPECT_EQ(lines[0].number, 2);
  EXPECT_EQ(lines[1].number, 4);
}

TEST(SplitLogicalLinesTest, DropsADirectiveThatIsCommentedOutWithItsContinuation) {
  const auto lines = splitLogicalLines("#SecRule ARGS \\\n \"x\" \\\n \"y\"\nSecMarker B");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].text, "SecMarker B");
}

TEST(SplitLogicalLinesTest, AnyOtherCommentEndsWithItsLine) {
  const auto lines = splitLogicalLines("# Security of C:\\\nSecRule X y\nSecMarker B");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "SecRule X y");
}

TEST(SplitLogicalLinesTest, TakesCrlfAndAByteOrderMark) {
  const auto lines = splitLogicalLines("\xef\xbb\xbfSecMarker A\r\nSecMarker \\\r\nB\r\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "SecMarker A");
  EXPECT_EQ(lines[1].text, "SecMarker B");
}

TEST(SplitWordsTest, UnescapesQuotesAndKeepsOtherBackslashes) {
  std::vector<std::string> words;
  std::string error;
  ASSERT_EQ(splitWords(R"(SecRule ARGS "@rx \"\d+\\" 'id:1')", &words, &error), Split::Complete);
  EXPECT_EQ(words, (std::vector<std::string>{"SecRule", "ARGS", R"(@rx "\d+\\)", "id:1"}));
}

TEST(SplitWordsTest, RefusesAQuoteThatIsNotClosed) {
  std::vector<std::string> words;
  std::string error;
  EXPECT_EQ(splitWords("SecRule ARGS \"@rx a", &words, &error), Split::OpenQuote);
  EXPECT_NE(error.find("not closed"), std::string::npos);
}

}  // namespace
}  // namespace waf
