#include "gateway/http2/head_builder.h"

#include <gtest/gtest.h>

#include <utility>

namespace gateway {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

Lines request(Lines extra = {}) {
  Lines lines{
      {":method", "GET"}, {":scheme", "https"}, {":path", "/p"}, {":authority", "t.example"}};
  lines.insert(lines.end(), extra.begin(), extra.end());
  return lines;
}

struct Built {
  std::optional<Refusal> refusal;
  RequestHead head;
};

Built build(const Lines& lines, bool end_stream = true, HeadLimits limits = {},
            bool extended_connect = false) {
  Http2HeadBuilder builder(limits, extended_connect);
  for (const auto& [name, value] : lines) builder.add(name, value);
  Built built;
  built.refusal = builder.finish(end_stream, &built.head);
  return built;
}

int statusOf(const Lines& lines, bool end_stream = true) {
  const Built built = build(lines, end_stream);
  return built.refusal ? built.refusal->status : 0;
}

Lines without(const std::string& name) {
  Lines lines = request();
  std::erase_if(lines, [&](const auto& line) { return line.first == name; });
  return lines;
}

Lines with(const std::string& name, const std::string& value) {
  Lines lines = request();
  for (auto& line : lines) {
    if (line.first == name) line.second = value;
  }
  return lines;
}

TEST(Http2HeadBuilderTest, ReadsAsAnHttp1RequestWould) {
  const Built built = build(request({{"accept", "*/*"}}));
  ASSERT_FALSE(built.refusal);
  const RequestHead& head = built.head;
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/p");
  EXPECT_EQ(head.protocol, "HTTP/2.0");
  EXPECT_FALSE(head.isHttp10());
  EXPECT_EQ(head.host, "t.example");
  EXPECT_EQ(head.fields.value("host"), "t.example");
  EXPECT_EQ(head.bytes, "GET /p HTTP/2.0\r\nhost: t.example\r\naccept: */*\r\n\r\n");
  EXPECT_EQ(head.framing, BodyFraming::None);
}

TEST(Http2HeadBuilderTest, JoinsTheCrumbsOfACookie) {
  const Built built = build(request({{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}}));
  EXPECT_EQ(built.head.fields.count("cookie"), 1u);
  EXPECT_EQ(built.head.fields.value("cookie"), "a=1; b=2");
}

// Written as HTTP/1 a value ends before its last space: the upstream would not get what rules saw.
TEST(Http2HeadBuilderTest, AnEmptyCrumbAddsNothingToACookie) {
  const auto cookie = [](const Lines& fields) {
    return std::string(build(request(fields)).head.fields.value("cookie"));
  };
  EXPECT_EQ(cookie({{"cookie", "a=1"}, {"cookie", ""}}), "a=1");
  EXPECT_EQ(cookie({{"cookie", ""}, {"cookie", "b=2"}}), "b=2");
  EXPECT_EQ(cookie({{"cookie", "a=1"}, {"cookie", ""}, {"cookie", "b=2"}}), "a=1; b=2");
  EXPECT_EQ(cookie({{"cookie", ""}, {"cookie", ""}}), "");
}

TEST(Http2HeadBuilderTest, SplitsTheQuery) {
  const Built built = build(with(":path", "/a/b?c=d?e"));
  EXPECT_EQ(built.head.path, "/a/b");
  EXPECT_EQ(built.head.query, "c=d?e");
  EXPECT_TRUE(build(with(":path", "/a?")).head.has_query);
}

TEST(Http2HeadBuilderTest, TakesTheFramingFromTheStreamAndItsLength) {
  EXPECT_EQ(build(request(), false).head.framing, BodyFraming::Chunked);
  const Built built = build(request({{"content-length", "5"}}), false);
  EXPECT_EQ(built.head.framing, BodyFraming::Length);
  EXPECT_EQ(built.head.content_length, 5u);
  EXPECT_EQ(statusOf(request({{"content-length", "5"}}), true), 400);
  EXPECT_EQ(statusOf(request({{"content-length", "0"}}), true), 0);
  for (const char* value : {"+5", "0x5", "5, 6", "", "-5", "99999999999999999999"}) {
    EXPECT_EQ(statusOf(request({{"content-length", value}}), false), 400) << value;
  }
  EXPECT_EQ(statusOf(request({{"content-length", "5"}, {"content-length", "5"}}), false), 400);
}

TEST(Http2HeadBuilderTest, RefusesPseudoHeaderFieldsOutOfOrderTwiceMissingOrUnknown) {
  for (const char* name : {":method", ":scheme", ":path", ":authority"}) {
    EXPECT_EQ(statusOf(without(name)), 400) << name;
    EXPECT_EQ(statusOf(request({{name, "x"}})), 400) << name;
    Lines late = without(name);
    late.push_back({"x", "y"});
    late.push_back({name, "/"});
    EXPECT_EQ(statusOf(late), 400) << name;
  }
  EXPECT_EQ(statusOf({{":status", "200"}}), 400);
  EXPECT_EQ(statusOf(request({{":x", "1"}})), 400);
  EXPECT_EQ(statusOf(request({{":protocol", "websocket"}})), 400);
  EXPECT_EQ(statusOf({}), 400);
}

TEST(Http2HeadBuilderTest, RefusesFieldsThatCannotBe) {
  for (const char* name : {"X-Upper", "x:a", "x a", "", "x\n", "x\x80", "connection", "keep-alive",
                           "proxy-connection", "transfer-encoding", "upgrade"}) {
    EXPECT_EQ(statusOf(request({{name, "v"}})), 400) << name;
  }
  EXPECT_EQ(statusOf(request({{std::string("x\0a", 3), "v"}})), 400);
  for (const char* value : {"a\r\nb: c", "a\nb", "a\rb", "a\x01", "a\x7f", " a", "a\t"}) {
    EXPECT_EQ(statusOf(request({{"x", value}})), 400) << value;
  }
  EXPECT_EQ(statusOf(request({{"x", std::string("a\0b", 3)}})), 400);
  EXPECT_EQ(statusOf(request({{"te", "gzip"}})), 400);
  EXPECT_EQ(statusOf(request({{"te", "trailers"}, {"x", "a\tb\x80"}, {"y", ""}})), 0);
}

TEST(Http2HeadBuilderTest, RefusesTargetsThatCouldBeReadInTwoWays) {
  for (const char* path :
       {"", "p", "*", "/a b", "/a\tb", "/a\r\nb", "/a#b", "http://e/p", "?a", "/p HTTP/1.1"}) {
    EXPECT_EQ(statusOf(with(":path", path)), 400) << path;
  }
  EXPECT_EQ(statusOf(with(":path", "/\xc3\xa4|<>\"")), 0);
  EXPECT_EQ(statusOf(with(":path", "/" + std::string(40000, 'a'))), 414);
  for (const char* method : {"", "G ET", "GET\n", "G\x01"}) {
    EXPECT_EQ(statusOf(with(":method", method)), 400) << method;
  }
  for (const char* scheme : {"", "ftp", "https\r\n", "http://e/?x="}) {
    EXPECT_EQ(statusOf(with(":scheme", scheme)), 400) << scheme;
  }
}

TEST(Http2HeadBuilderTest, AsksForOneAuthority) {
  for (const char* authority : {"", "a b", "a/x", "u@a", "a\r\nb", "a:99999", "[::1"}) {
    EXPECT_EQ(statusOf(with(":authority", authority)), 400) << authority;
  }
  EXPECT_EQ(statusOf(request({{"host", "T.example:443"}})), 0);
  EXPECT_EQ(statusOf(request({{"host", "t.example:80"}})), 400);
  EXPECT_EQ(statusOf(request({{"host", "evil.example"}})), 400);
  EXPECT_EQ(statusOf(request({{"host", "t.example"}, {"host", "t.example"}})), 400);
  Lines host_only = without(":authority");
  host_only.push_back({"host", "h.example"});
  EXPECT_EQ(build(host_only).head.host, "h.example");
}

TEST(Http2HeadBuilderTest, OpensNoTunnelButAWebSocket) {
  EXPECT_EQ(statusOf({{":method", "CONNECT"}, {":authority", "t.example:443"}}), 405);
  EXPECT_EQ(statusOf({{":method", "CONNECT"}, {":authority", "t.example"}}), 400);
  EXPECT_EQ(statusOf(with(":method", "CONNECT")), 400);
  Lines extended = with(":method", "CONNECT");
  extended.push_back({":protocol", "websocket"});
  EXPECT_FALSE(build(extended, false, {}, true).refusal);
  EXPECT_TRUE(build(extended, false, {}, true).head.upgrade);
  extended.back().second = "connect-udp";
  EXPECT_EQ(build(extended, false, {}, true).refusal->status, 501);
  EXPECT_TRUE(build(request({{":protocol", "websocket"}}), false, {}, true).refusal);
}

TEST(Http2HeadBuilderTest, HoldsTheLimitsHoweverMuchComes) {
  const HeadLimits limits{200, 4, 50};
  EXPECT_EQ(build(request({{"x", std::string(200, 'a')}}), true, limits).refusal->status, 431);
  EXPECT_EQ(
      build(request({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}}), true, limits)
          .refusal->status,
      431);
  EXPECT_EQ(build(with(":path", "/" + std::string(50, 'a')), true, limits).refusal->status, 414);
  Http2HeadBuilder builder(limits, false);
  for (const auto& [name, value] : request()) builder.add(name, value);
  for (int i = 0; i < 100000; ++i) builder.add("x", std::string(100, 'a'));
  RequestHead head;
  EXPECT_EQ(builder.finish(true, &head)->status, 431);
  EXPECT_LT(head.bytes.size(), 300u);
  EXPECT_EQ(head.target, "/p") << "the event tells what was asked for";
}

TEST(Http2HeadBuilderTest, TakesOnlyOneExpectation) {
  EXPECT_TRUE(build(request({{"expect", "100-continue"}}), false).head.expect_continue);
  EXPECT_FALSE(build(request({{"expect", "100-continue"}}), true).head.expect_continue);
  EXPECT_EQ(statusOf(request({{"expect", "x"}}), false), 417);
}

TEST(Http2TrailerTest, ChecksWhatIsDropped) {
  EXPECT_FALSE(checkTrailerField("x-checksum", "1"));
  for (const char* name : {":path", "X-Upper", "connection", "content-length", "host", "te", ""}) {
    EXPECT_TRUE(checkTrailerField(name, "1")) << name;
  }
  EXPECT_TRUE(checkTrailerField("x", "1\r\n\r\nGET / HTTP/1.1"));
}

}  // namespace
}  // namespace gateway
