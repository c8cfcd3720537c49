#include "gateway/http1/chunked_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

using Status = ChunkedDecoder::Status;

struct Decoded {
  Status status = Status::NeedMore;
  std::string body;
  std::string left;
};

// Gives the decoder `step` further bytes at a time, keeping what it does not consume, as a
// connection does.
Decoded decode(const std::string& bytes, size_t step = std::string::npos) {
  Decoded out;
  ChunkedDecoder decoder;
  std::string input;
  size_t fed = 0;
  for (;;) {
    size_t consumed = 0;
    std::string_view data;
    out.status = decoder.decode(input, &consumed, &data);
    out.body.append(data);
    input.erase(0, consumed);
    if (out.status == Status::Done || out.status == Status::Refused) break;
    if (out.status == Status::Data) continue;
    if (fed == bytes.size()) break;
    const std::string piece = bytes.substr(fed, step);
    input += piece;
    fed += piece.size();
  }
  out.left = input + bytes.substr(fed);
  return out;
}

TEST(ChunkedDecoderTest, DecodesChunksInPiecesOfAnySize) {
  const std::string bytes =
      "5\r\nhello\r\n00A;x=\"a;\\\"b\" ;y\r\n\r\n0\r\n\r\nXYZ\r\n0\r\nT: 1\r\n\r\nGET";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    const Decoded decoded = decode(bytes, step);
    ASSERT_EQ(decoded.status, Status::Done) << step;
    EXPECT_EQ(decoded.body, "hello\r\n0\r\n\r\nXYZ");
    EXPECT_EQ(decoded.left, "GET");
  }
}

TEST(ChunkedDecoderTest, RefusesWhateverIsNotTheGrammar) {
  for (const char* bytes : {"0x5\r\nhello\r\n0\r\n\r\n",
                            "+5\r\nhello\r\n",
                            " 5\r\nhello\r\n",
                            "5 \r\nhello\r\n",
                            "5g\r\nhello\r\n",
                            "\r\n",
                            "5;\r\nhello\r\n",
                            "5;b[=x\r\nhello\r\n",
                            "5;a=\"x\r\nhello\r\n",
                            "5\nhello\r\n0\r\n\r\n",
                            "5\rhello",
                            "5;a\rb\r\n",
                            "5\r\nhello\n0\r\n\r\n",
                            "5\r\nhelloXX0\r\n",
                            "5\r\nhello0\r\n\r\n",
                            "5\r\nhello\rX",
                            "0\r\n\n",
                            "0\r\nX : 1\r\n\r\n",
                            "0\r\nX\r\n\r\n",
                            "0\r\n X: 1\r\n\r\n",
                            "0\r\nX: a\x01\r\n\r\n",
                            "0\n\r\n"}) {
    EXPECT_EQ(decode(bytes).status, Status::Refused) << bytes;
    EXPECT_EQ(decode(bytes, 1).status, Status::Refused) << bytes;
  }
}

TEST(ChunkedDecoderTest, RefusesSizesThatWouldOverflow) {
  for (const char* size :
       {"10000000000000005", "FFFFFFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFF", "100000005"}) {
    EXPECT_EQ(decode(std::string(size) + "\r\nhello").status, Status::Refused) << size;
  }
  EXPECT_EQ(decode("0000000000000000000000005\r\nhello\r\n0\r\n\r\n").status, Status::Done);
}

TEST(ChunkedDecoderTest, WaitsForTheEnd) {
  for (const char* bytes :
       {"", "5", "5\r", "5\r\nhel", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "0\r\n\r"}) {
    EXPECT_EQ(decode(bytes).status, Status::NeedMore) << bytes;
  }
}

TEST(ChunkedDecoderTest, BoundsLinesExtensionsAndTrailers) {
  EXPECT_EQ(decode("5;" + std::string(8000, 'a')).status, Status::Refused);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "1;" + std::string(100, 'a') + "\r\nx\r\n";
  EXPECT_EQ(decode(many).status, Status::Refused);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 5000; ++i) trailers += "X: 1\r\n";
  EXPECT_EQ(decode(trailers).status, Status::Refused);
}

TEST(ChunkedDecoderTest, KeepsTheTrailersThatMayGoOn) {
  ChunkedDecoder decoder;
  size_t consumed = 0;
  std::string_view data;
  EXPECT_EQ(decoder.decode("0\r\nX-Sum:  42 \r\nHost: evil\r\nContent-Length: 5\r\n"
                           "Authorization: x\r\nX-Forwarded-For: 6.6.6.6\r\nempty:\r\n\r\n",
                           &consumed, &data),
            Status::Done);
  EXPECT_EQ(decoder.trailers(), (Trailers{{"X-Sum", "42"}, {"empty", ""}}));
}

}  // namespace
}  // namespace gateway
