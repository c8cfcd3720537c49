#include <gtest/gtest.h>

#include "admin-ui/server/inspect/inspect.h"

namespace admin {
namespace {

TEST(RawRequestTest, ReadsARequestWithBareLineFeeds) {
  const auto request =
      RawRequest::parse("POST /a?b=c HTTP/1.1\nHost: x\nContent-Length: 3\n\na=b\n");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->uri, "/a?b=c");
  EXPECT_EQ(request->protocol, "HTTP/1.1");
  ASSERT_EQ(request->headers.size(), 2u);
  EXPECT_EQ(request->headers[0].second, "x");
  EXPECT_EQ(request->body, "a=b");
}

TEST(RawRequestTest, KeepsSpacesOfTheTarget) {
  const auto request = RawRequest::parse("GET /?q=1 or 1=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->uri, "/?q=1 or 1=1");
}

TEST(RawRequestTest, TakesARequestLineWithoutAVersion) {
  const auto request = RawRequest::parse("GET /?q=1");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->uri, "/?q=1");
  EXPECT_EQ(request->protocol, "HTTP/1.1");
}

TEST(RawRequestTest, TakesAChunkedBodyApart) {
  const auto request = RawRequest::parse(
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, "abcde");
}

TEST(RawRequestTest, KeepsABodyThatIsNotChunkedAfterAll) {
  const auto request = RawRequest::parse("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\nzz=1");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, "zz=1");
}

TEST(RawRequestTest, SaysWhatIsMissing) {
  for (const char* text :
       {"", "\n\n", "GET", "GET ", " / HTTP/1.1", "GET / HTTP/1.1\nno colon here\n\n"}) {
    EXPECT_FALSE(RawRequest::parse(text)) << text;
  }
}

TEST(RawResponseTest, ReadsStatusHeadersAndBody) {
  const auto response =
      RawResponse::parse("HTTP/1.1 503 Service Unavailable\nContent-Type: text/html\n\nsorry\n");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->protocol, "HTTP/1.1");
  ASSERT_EQ(response->headers.size(), 1u);
  EXPECT_EQ(response->headers[0].second, "text/html");
  EXPECT_EQ(response->body, "sorry\n");
}

TEST(RawResponseTest, SaysWhatIsMissing) {
  for (const char* text : {"", "GET / HTTP/1.1", "HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 20 OK",
                           "HTTP/1.1 200 OK\nno colon"}) {
    EXPECT_FALSE(RawResponse::parse(text)) << text;
  }
}

}  // namespace
}  // namespace admin
