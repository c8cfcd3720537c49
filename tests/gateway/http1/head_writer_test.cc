#include "gateway/http1/head_writer.h"

#include <gtest/gtest.h>

#include "gateway/http1/hop_by_hop.h"

namespace gateway {
namespace {

TEST(HeadWriterTest, WritesARequestInCanonicalForm) {
  std::string out;
  HeadWriter writer(&out);
  writer.requestLine("GET", "/a b\\\"<\xC3\xA9%zz%41", "x=[1]|#y&z='?", true);
  writer.field("Host", "a.example");
  writer.framing(BodyFraming::Length, 12);
  writer.end();
  EXPECT_EQ(out,
            "GET /a%20b%5C%22%3C%C3%A9%zz%41?x=%5B1%5D%7C%23y&z='? HTTP/1.1\r\n"
            "Host: a.example\r\nContent-Length: 12\r\n\r\n");
}

TEST(HeadWriterTest, WritesAResponse) {
  std::string out;
  HeadWriter writer(&out);
  writer.statusLine(403);
  writer.framing(BodyFraming::Chunked, 0);
  writer.framing(BodyFraming::None, 0);
  writer.end();
  EXPECT_EQ(out, "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(HeadWriterTest, NoValueCanEndItsLine) {
  std::string out;
  HeadWriter writer(&out);
  writer.field("X", std::string_view("a\r\nY: b\0c", 9));
  writer.statusLine(200, "x\r\ny");
  EXPECT_EQ(out, "X: a  Y: b c\r\nHTTP/1.1 200 x  y\r\n");
}

TEST(HopByHopTest, DropsWhatEndsHereAndWhatConnectionNames) {
  HeaderFields fields;
  fields.add("Connection", "close, x-hop ,X-Hop2");
  fields.add("connection", "Host");
  const HopByHop hop(fields);
  for (const char* name :
       {"Connection", "Keep-Alive", "proxy-connection", "TE", "Trailer", "Upgrade",
        "Transfer-Encoding", "Content-Length", "Expect", "X-HOP", "x-hop2", "HTTP2-Settings"}) {
    EXPECT_TRUE(hop.drops(name)) << name;
  }
  EXPECT_FALSE(hop.drops("Host"));
  EXPECT_FALSE(hop.drops("X-Hop3"));
  EXPECT_TRUE(hop.has("CLOSE"));
}

TEST(HopByHopTest, AnEmptyConnectionFieldNamesNothing) {
  HeaderFields fields;
  fields.add("Connection", " ,, ");
  EXPECT_FALSE(HopByHop(fields).drops("X"));
}

}  // namespace
}  // namespace gateway
