#include "waf/body/clear_text.h"

#include <gtest/gtest.h>

#include "tests/waf/body/recording_sink.h"
#include "waf/body/second_reading.h"

namespace waf {
namespace {

using namespace std::literals;
using Pairs = RecordingSink::Pairs;

TEST(ClearTextTest, KeepsTheRunsThatAnOriginCouldRead) {
  EXPECT_EQ(clearText("a=<script>"), "a=<script>");
  EXPECT_EQ(clearText("\x1f\x8b\x08\x00\xff&a=<script>\x80\x81zz\xff"sv), " &a=<script> ");
  EXPECT_EQ(clearText("\xff"
                      "a=1\0union\x01select\xff"sv),
            " a=1 union\x01select ");
  EXPECT_EQ(clearText("\xfe"
                      "a=\xc3\xa9t\xc3\xa9 1\xa0or 1=1"sv),
            " a=\xc3\xa9t\xc3\xa9 1\xa0or 1=1");
}

TEST(ClearTextTest, LeavesOutWhatIsTooShortToSayAnything) {
  EXPECT_EQ(clearText(""), "");
  EXPECT_EQ(clearText("a=1&b=2"), "");
  EXPECT_EQ(clearText("\xff"
                      "abcdefg\xff    \t\t\n\n   \xff"),
            "");
  EXPECT_EQ(clearText("\xc3"), "");
}

TEST(SecondReadingTest, PassesOnOnlyWhatIsNew) {
  RecordingSink recorded;
  SecondReadingSink sink(recorded);
  sink.addArgument("a", "1");
  sink.addArgument("a", "1");
  sink.addFile("f", "x.txt", "1");
  sink.setFlag("MULTIPART_LF_LINE", "0");
  sink.startSecond();
  sink.addArgument("a", "1");
  sink.addArgument("a", "2");
  sink.addFile("f", "x.txt", "2");
  sink.addFile("f", "y.txt", "");
  sink.setFlag("MULTIPART_LF_LINE", "1");
  EXPECT_EQ(recorded.arguments, (Pairs{{"a", "1"}, {"a", "1"}, {"a", "2"}}));
  ASSERT_EQ(recorded.files.size(), 2u);
  EXPECT_EQ(recorded.files[1].filename, "y.txt");
  EXPECT_EQ(recorded.flag("MULTIPART_LF_LINE"), "0");
  EXPECT_FALSE(sink.full());
  recorded.limit = 3;
  EXPECT_FALSE(sink.addArgument("a", "3"));
  EXPECT_TRUE(sink.full());
  recorded.limit = 4;
  EXPECT_FALSE(sink.addArgument("a", "4")) << "a full sink is asked no more";
  EXPECT_EQ(recorded.arguments.size(), 3u);
}

}  // namespace
}  // namespace waf
