#include "gateway/http1/response_parser.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

struct Parsed {
  ParseStatus status = ParseStatus::NeedMore;
  ResponseHead head;
  Refusal refusal;
};

Parsed parse(std::string_view bytes, std::string_view method = "GET") {
  Parsed out;
  ResponseParser parser;
  InputBuffer input;
  input.append(bytes);
  out.status = parser.parse(input, method, {}, &out.head);
  out.refusal = parser.refusal();
  return out;
}

TEST(ResponseParserTest, TakesApartAResponse) {
  const Parsed parsed = parse("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nX: y\r\n\r\nabc");
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.status, 404);
  EXPECT_EQ(parsed.head.reason, "Not Found");
  EXPECT_EQ(parsed.head.framing, BodyFraming::Length);
  EXPECT_EQ(parsed.head.content_length, 3u);
  EXPECT_TRUE(parsed.head.keep_alive);
}

TEST(ResponseParserTest, ReasonMayBeEmptyOrAbsent) {
  EXPECT_EQ(parse("HTTP/1.1 200 \r\n\r\n").head.status, 200);
  EXPECT_EQ(parse("HTTP/1.1 200\r\n\r\n").head.status, 200);
}

TEST(ResponseParserTest, FramesAsRfc9112Says) {
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n").head.framing,
            BodyFraming::Chunked);
  EXPECT_EQ(parse("HTTP/1.1 204 No Content\r\n\r\n").head.framing, BodyFraming::None);
  EXPECT_EQ(parse("HTTP/1.1 103 Early Hints\r\n\r\n").head.framing, BodyFraming::None);
  const Parsed not_modified = parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
  EXPECT_EQ(not_modified.head.framing, BodyFraming::None);
  EXPECT_TRUE(not_modified.head.has_content_length);
  const Parsed head = parse("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD");
  EXPECT_EQ(head.head.framing, BodyFraming::None);
  EXPECT_EQ(head.head.content_length, 9u);
}

TEST(ResponseParserTest, ABodyThatEndsWithTheConnectionEndsIt) {
  const Parsed parsed = parse("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(parsed.head.framing, BodyFraming::UntilClose);
  EXPECT_FALSE(parsed.head.keep_alive);
  EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(
      parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").head.keep_alive);
}

TEST(ResponseParserTest, RefusesWhatCouldSplitResponses) {
  for (const char* bytes :
       {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 999 x\r\n\r\n", "ICY 200 OK\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\nX: y\r\n\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const Parsed parsed = parse(bytes);
    EXPECT_EQ(parsed.status, ParseStatus::Refused) << bytes;
    EXPECT_EQ(parsed.refusal.status, 502) << bytes;
  }
}

TEST(ResponseParserTest, BoundsTheHead) {
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'a')).status, ParseStatus::Refused);
}

}  // namespace
}  // namespace gateway
