#include "waf/body/content_coding.h"

#include <gtest/gtest.h>

#include "tests/waf/support/compressed.h"

namespace waf {
namespace {

using Status = DecodedContent::Status;

using test::brotli;
using test::deflated;
using test::gzip;

DecodedContent decode(std::string_view coding, std::string_view body, bool cut = false,
                      CodingLimits limits = {}) {
  return decodeContent(coding, body, limits, cut);
}

const std::string kText = "a=<script>&b=" + std::string(5000, 'x');

TEST(ContentCodingTest, UndoesEachCodingAndStacksOfThem) {
  const struct {
    const char* coding;
    std::string body;
  } cases[] = {{"gzip", gzip(kText)},
               {"X-GZip", gzip(kText)},
               {"deflate", deflated(kText, 15)},
               {"deflate", deflated(kText, -15)},
               {"br", brotli(kText)},
               {"gzip, br", brotli(gzip(kText))},
               {"br,gzip", gzip(brotli(kText))},
               {"identity, gzip ,", gzip(kText)},
               {"deflate, gzip, br", brotli(gzip(deflated(kText, 15)))}};
  for (const auto& c : cases) {
    const DecodedContent out = decode(c.coding, c.body);
    EXPECT_EQ(out.status, Status::Decoded) << c.coding << ": " << out.message;
    EXPECT_EQ(out.bytes, kText) << c.coding;
  }
}

TEST(ContentCodingTest, WithoutACodingNothingIsDone) {
  for (const char* coding : {"", "identity", " , Identity"}) {
    EXPECT_EQ(decode(coding, "a=1").status, Status::Identity) << coding;
  }
  EXPECT_EQ(decode("gzip", "").status, Status::Identity);
}

TEST(ContentCodingTest, NamesTheCodingThatItDoesNotKnow) {
  const DecodedContent out = decode("gzip, zstd", "x");
  EXPECT_EQ(out.status, Status::Unknown);
  EXPECT_NE(out.message.find("zstd"), std::string::npos);
  EXPECT_EQ(decode("gzip,gzip,gzip,gzip", "x").status, Status::Unknown);
  EXPECT_FALSE(isKnownCoding("compress"));
  EXPECT_TRUE(isKnownCoding("br, identity"));
}

TEST(ContentCodingTest, ReadsEveryMemberOfAGzipBody) {
  const DecodedContent out = decode("gzip", gzip("a=1&") + gzip("b=<script>"));
  EXPECT_EQ(out.status, Status::Decoded);
  EXPECT_EQ(out.bytes, "a=1&b=<script>");
}

TEST(ContentCodingTest, RefusesBytesBehindTheEnd) {
  for (const auto& [coding, body] :
       {std::pair{"gzip", gzip(kText)}, {"br", brotli(kText)}, {"deflate", deflated(kText, 15)}}) {
    const DecodedContent out = decode(coding, body + "x");
    EXPECT_EQ(out.status, Status::Broken) << coding;
    EXPECT_NE(out.message.find("followed by other bytes"), std::string::npos);
    EXPECT_EQ(out.bytes, kText) << coding;
  }
}

TEST(ContentCodingTest, RefusesWhatIsCutShortUnlessALimitCutIt) {
  for (const auto& [coding, body] : {std::pair{"gzip", gzip(kText)},
                                     {"br", brotli(kText)},
                                     {"deflate", deflated(kText, 15)},
                                     {"deflate", deflated(kText, -15)}}) {
    for (size_t size = 1; size < body.size(); ++size) {
      EXPECT_EQ(decode(coding, body.substr(0, size)).status, Status::Broken) << coding << size;
      EXPECT_EQ(decode(coding, body.substr(0, size), true).status, Status::Decoded) << coding;
    }
  }
  EXPECT_NE(decode("gzip", gzip(kText).substr(0, 30)).message.find("cut short"), std::string::npos);
}

TEST(ContentCodingTest, RefusesWhatIsNotOfThatCoding) {
  EXPECT_EQ(decode("gzip", "a=<script>").status, Status::Broken);
  EXPECT_EQ(decode("br", "a=<script>alert(1)</script>").status, Status::Broken);
  EXPECT_EQ(decode("deflate", "a=<script>").status, Status::Broken);
  std::string changed = gzip(kText);
  changed[changed.size() - 6] ^= 1;  // the checksum
  EXPECT_EQ(decode("gzip", changed).status, Status::Broken);
}

TEST(ContentCodingTest, AGzipHeaderHoldsNoMoreThanAName) {
  std::string named = gzip("a=1");
  named[3] = 8;
  std::string hiding = named;
  named.insert(10, std::string("form-1.txt\0", 11));
  hiding.insert(10, std::string("&b=<script>\0", 12));
  EXPECT_EQ(decode("gzip", named).bytes, "a=1");
  EXPECT_EQ(decode("gzip", hiding).status, Status::Broken);
  std::string commented = gzip("a=1");
  commented[3] = 16;
  commented.insert(10, std::string("x\0", 2));
  EXPECT_EQ(decode("gzip", commented).status, Status::Broken);
}

TEST(ContentCodingTest, ABombStopsAtTheRatio) {
  const std::string zeros(64 << 20, '\0');
  for (const auto& [coding, body] :
       {std::pair{"gzip", gzip(zeros)}, {"br", brotli(zeros)}, {"gzip, gzip", gzip(gzip(zeros))}}) {
    CodingLimits limits;
    limits.most_bytes = 1u << 30;
    const DecodedContent out = decode(coding, body, false, limits);
    EXPECT_EQ(out.status, Status::Expanding) << coding;
    EXPECT_LE(out.bytes.size(), std::max<size_t>(limits.free_bytes, body.size() * limits.ratio));
    EXPECT_NE(out.message.find("100 times"), std::string::npos);
  }
}

TEST(ContentCodingTest, ALargeBodyStopsAtTheLimit) {
  CodingLimits limits;
  limits.most_bytes = 1000;
  const DecodedContent out = decode("gzip", gzip(kText), false, limits);
  EXPECT_EQ(out.status, Status::TooLarge);
  EXPECT_EQ(out.bytes, kText.substr(0, 1000));
  limits.most_bytes = kText.size();
  EXPECT_EQ(decode("gzip", gzip(kText), false, limits).status, Status::Decoded);
}

TEST(ContentCodingTest, SmallTextsMayCompressByAnyFactor) {
  EXPECT_EQ(decode("gzip", gzip(std::string(900000, 'a'))).status, Status::Decoded);
}

}  // namespace
}  // namespace waf
