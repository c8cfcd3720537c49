#include <gtest/gtest.h>

#include "waf/base/clock.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace waf {
namespace {

IpAddress address(std::string_view text) {
  IpAddress out;
  EXPECT_TRUE(IpAddress::parse(text, &out)) << text;
  return out;
}

TEST(ClockTest, PrintsAndParsesTheSameInstant) {
  WallTime time;
  ASSERT_TRUE(parseRfc3339("2026-11-25T17:40:00.123456Z", &time));
  EXPECT_EQ(formatRfc3339(time), "2026-11-25T17:40:00.123456Z");
  WallTime offset;
  ASSERT_TRUE(parseRfc3339("2026-11-25T18:40:00.123456+01:00", &offset));
  EXPECT_EQ(time, offset);
}

TEST(ClockTest, RefusesWhatIsNotATime) {
  WallTime time;
  for (const char* text :
       {"", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00"}) {
    EXPECT_FALSE(parseRfc3339(text, &time)) << text;
  }
}

TEST(IpNetworkTest, MatchesInsideAndNotOutside) {
  const auto network = IpNetwork::parse("203.0.113.7/24");
  ASSERT_TRUE(network);
  EXPECT_EQ(network->toString(), "203.0.113.0/24");
  EXPECT_TRUE(network->contains(address("203.0.113.255")));
  EXPECT_FALSE(network->contains(address("203.0.114.0")));
  EXPECT_TRUE(network->contains(address("::ffff:203.0.113.9")));
}

TEST(IpNetworkTest, SaysWhatIsWrong) {
  EXPECT_NE(IpNetwork::parse("10.0.0.0/33").error().message.find("at most 32"), std::string::npos);
  EXPECT_NE(IpNetwork::parse("banana").error().message.find("not an IP address"),
            std::string::npos);
  EXPECT_FALSE(IpNetwork::parse("10.0.0.0/"));
  EXPECT_FALSE(IpNetwork::parse("10.0.0.0/-1"));
}

TEST(IpSetTest, FindsAnAddressInMergedRanges) {
  const IpSet set({*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("10.1.0.0/16"),
                   *IpNetwork::parse("2001:db8::/32")});
  EXPECT_TRUE(set.contains(address("10.255.255.255")));
  EXPECT_FALSE(set.contains(address("11.0.0.0")));
  EXPECT_TRUE(set.contains(address("2001:db8:ffff::1")));
  EXPECT_FALSE(set.contains(address("2001:db9::")));
}

TEST(TextTest, BrokenUtf8BecomesReplacementCharacters) {
  EXPECT_TRUE(isValidUtf8("grüße €"));
  EXPECT_FALSE(isValidUtf8("\xc0\xaf"));
  EXPECT_FALSE(isValidUtf8("\xed\xa0\x80"));
  EXPECT_EQ(toPrintableUtf8("a\xff"
                            "b"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(TextTest, JsonEscapesKeepTheLineOneLine) {
  std::string out;
  appendJsonEscaped("a\"\\\n\r\x01\x7f", &out);
  EXPECT_EQ(out, "a\\\"\\\\\\n\\u000d\\u0001\\u007f");
}

// The functions take several bytes at once where they can: each special byte at each place.
TEST(TextTest, ASpecialByteIsSeenWhereverItStands) {
  const std::vector<std::pair<std::string, std::string>> specials{{"\"", "\\\""},
                                                                  {"\\", "\\\\"},
                                                                  {"\n", "\\n"},
                                                                  {"\x1f", "\\u001f"},
                                                                  {{"\0", 1}, "\\u0000"},
                                                                  {"\x7f", "\\u007f"},
                                                                  {"\xff", "\xEF\xBF\xBD"},
                                                                  {"\xe2\x82", "\xEF\xBF\xBD"},
                                                                  {"\xe2\x82\xac", "\xe2\x82\xac"},
                                                                  {" ", " "},
                                                                  {"~", "~"},
                                                                  {"#", "#"},
                                                                  {"!", "!"},
                                                                  {"]", "]"},
                                                                  {"[", "["}};
  for (const auto& [special, escaped] : specials) {
    const bool valid = special != "\xff" && special != "\xe2\x82";
    for (size_t before = 0; before < 20; ++before) {
      for (size_t behind = 0; behind < 20; ++behind) {
        const std::string text = std::string(before, 'a') + special + std::string(behind, 'b');
        std::string out;
        appendJsonEscaped(text, &out);
        EXPECT_EQ(out, std::string(before, 'a') + escaped + std::string(behind, 'b'));
        EXPECT_EQ(isValidUtf8(text), valid) << before << " " << behind;
      }
    }
  }
}

TEST(TextTest, Base64IsPadded) {
  EXPECT_EQ(base64Encode(""), "");
  EXPECT_EQ(base64Encode("f"), "Zg==");
  EXPECT_EQ(base64Encode("fo"), "Zm8=");
  EXPECT_EQ(base64Encode("foo"), "Zm9v");
}

}  // namespace
}  // namespace waf
