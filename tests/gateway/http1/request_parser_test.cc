#include "gateway/http1/request_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

struct Parsed {
  ParseStatus status = ParseStatus::NeedMore;
  RequestHead head;
  Refusal refusal;
  std::string left;
};

// Feeds the bytes in pieces of `step` to a new parser, until it decides or they end.
Parsed parse(std::string_view bytes, size_t step = std::string::npos, HeadLimits limits = {}) {
  Parsed out;
  RequestParser parser(limits);
  InputBuffer input;
  while (!bytes.empty() && out.status == ParseStatus::NeedMore) {
    const std::string_view piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    input.append(piece);
    out.status = parser.parse(input, &out.head);
  }
  out.refusal = parser.refusal();
  out.left = input.view();
  return out;
}

std::string get(const std::string& fields) {
  return "GET /p HTTP/1.1\r\nHost: t.example\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields) {
  return "POST /p HTTP/1.1\r\nHost: t.example\r\n" + fields + "\r\n";
}

int refusedWith(const std::string& bytes) {
  const Parsed parsed = parse(bytes);
  if (parsed.status != ParseStatus::Refused) return 0;
  EXPECT_FALSE(parsed.refusal.reason.empty());
  return parsed.refusal.status;
}

TEST(RequestParserTest, TakesApartAPlainRequest) {
  const Parsed parsed = parse(get("User-Agent: \t x y \t\r\nX-Empty:\r\n"));
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.method, "GET");
  EXPECT_EQ(parsed.head.target, "/p");
  EXPECT_EQ(parsed.head.path, "/p");
  EXPECT_FALSE(parsed.head.has_query);
  EXPECT_EQ(parsed.head.protocol, "HTTP/1.1");
  EXPECT_EQ(parsed.head.host, "t.example");
  EXPECT_EQ(parsed.head.fields.size(), 3u);
  EXPECT_EQ(parsed.head.fields.value("user-agent"), "x y");
  EXPECT_TRUE(parsed.head.fields.has("X-EMPTY"));
  EXPECT_TRUE(parsed.head.keep_alive);
  EXPECT_FALSE(parsed.head.hasBody());
}

TEST(RequestParserTest, ReadsTheSameInPiecesOfAnySize) {
  const std::string bytes = get("A: 1\r\nB: 2\r\n");
  for (size_t step = 1; step < bytes.size(); ++step) {
    const Parsed parsed = parse(bytes, step);
    ASSERT_EQ(parsed.status, ParseStatus::Complete) << step;
    EXPECT_EQ(parsed.head.bytes, bytes);
    EXPECT_EQ(parsed.head.fields.value("b"), "2");
  }
}

TEST(RequestParserTest, LeavesWhatFollowsTheHead) {
  const Parsed parsed = parse(post("Content-Length: 5\r\n") + "helloGET");
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.framing, BodyFraming::Length);
  EXPECT_EQ(parsed.head.content_length, 5u);
  EXPECT_EQ(parsed.left, "helloGET");
  EXPECT_EQ(parsed.head.fields.value("host"), "t.example");
}

TEST(RequestParserTest, IgnoresEmptyLinesBeforeTheRequestButNotManyOrBareOnes) {
  EXPECT_EQ(parse("\r\n\r\n" + get("")).status, ParseStatus::Complete);
  EXPECT_EQ(parse("\r\n" + get(""), 1).status, ParseStatus::Complete);
  EXPECT_EQ(refusedWith("\n" + get("")), 400);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "\r\n";
  EXPECT_EQ(refusedWith(many + get("")), 400);
}

TEST(RequestParserTest, TargetsTakeVisibleBytesOutsideTheGrammar) {
  const Parsed parsed = parse("GET /<a>\\\"b|\xC3\xA9?q=[{'}] HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.path, "/<a>\\\"b|\xC3\xA9");
  EXPECT_EQ(parsed.head.query, "q=[{'}]");
}

TEST(RequestParserTest, RefusesFragments) {
  EXPECT_EQ(refusedWith("GET /p#x HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("GET /p?q=1#x HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("GET http://a#x HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(parse("GET /p%23x HTTP/1.1\r\nHost: a\r\n\r\n").head.path, "/p%23x");
}

TEST(RequestParserTest, TakesAbsoluteFormWithTheSameHost) {
  const Parsed parsed = parse("GET HTTP://T.Example:80?q=1 HTTP/1.1\r\nHost: t.example\r\n\r\n");
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.form, TargetForm::Absolute);
  EXPECT_EQ(parsed.head.path, "/");
  EXPECT_EQ(parsed.head.query, "q=1");
  EXPECT_EQ(parsed.head.host, "t.example");
}

TEST(RequestParserTest, RefusesAbsoluteFormOfAnotherHost) {
  EXPECT_EQ(refusedWith("GET http://other.example/ HTTP/1.1\r\nHost: t.example\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("GET http://t.example:81/ HTTP/1.1\r\nHost: t.example\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("GET http:///p HTTP/1.1\r\nHost: t.example\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("GET http://u@t.example/ HTTP/1.1\r\nHost: t.example\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("GET ftp://t.example/ HTTP/1.1\r\nHost: t.example\r\n\r\n"), 400);
}

TEST(RequestParserTest, TheAsteriskIsForOptions) {
  const Parsed parsed = parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.form, TargetForm::Asterisk);
  EXPECT_EQ(parsed.head.path, "*");
  EXPECT_EQ(refusedWith("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST(RequestParserTest, RefusesRequestLinesThatAreNone) {
  for (const char* line :
       {"GET  /p HTTP/1.1", "GET /p  HTTP/1.1", "GET\t/p\tHTTP/1.1", "GET /p HTTP/1.1 ",
        " GET /p HTTP/1.1", "GET /a b HTTP/1.1", "GET HTTP/1.1", "GET  HTTP/1.1", "GET /p",
        "GE(T /p HTTP/1.1", "GET: /p HTTP/1.1", "GET /p http/1.1", "GET /p HTTP/01.1",
        "GET /p HTTP/1.10", "GET /p\x7Fq HTTP/1.1", "GET p HTTP/1.1", "GET /p HTTP/1.1 HTTP/1.1"}) {
    EXPECT_EQ(refusedWith(std::string(line) + "\r\nHost: a\r\n\r\n"), 400) << line;
  }
}

TEST(RequestParserTest, RefusesOtherVersionsAndTunnels) {
  EXPECT_EQ(refusedWith("GET /p HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refusedWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(refusedWith("GET /p HTTP/0.9\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 405);
  EXPECT_EQ(refusedWith("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith("CONNECT /p HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(parse("GET /p HTTP/1.2\r\nHost: a\r\n\r\n").head.minor_version, 1);
}

TEST(RequestParserTest, RefusesGarbageAtItsFirstByte) {
  EXPECT_EQ(refusedWith(std::string("\x16\x03\x01", 3)), 400);
  EXPECT_EQ(refusedWith("\xDE"), 400);
}

TEST(RequestParserTest, RefusesABrokenLineBeforeTheHeadIsComplete) {
  EXPECT_EQ(refusedWith("GET /p\r\n"), 400);
  EXPECT_EQ(refusedWith("GET /p HTTP/1.1\rHost"), 400);
  EXPECT_EQ(refusedWith("GET /p HTTP/1.1\nHost"), 400);
}

TEST(RequestParserTest, RefusesFieldLinesThatCouldBeReadInTwoWays) {
  for (const char* line : {"X-B : 1", "X-B\t: 1", ": v", ":", "nocolon", "X[B: 1", "X B: 1",
                           "X\x80: 1", "X-B: a\r\n b", "X-B: a\r\n\tb", "X-B: a\rb", "X-B: a\nb",
                           "X-B: a\x01", "X-B: a\x7F", "\"X\": 1", "X,B: 1"}) {
    EXPECT_EQ(refusedWith(get(std::string(line) + "\r\n")), 400) << line;
  }
  EXPECT_EQ(refusedWith(get(std::string("X-B: a\0b\r\n", 10))), 400);
}

TEST(RequestParserTest, TakesObsTextInValues) {
  EXPECT_EQ(parse(get("X-B: caf\xC3\xA9\r\n")).head.fields.value("x-b"), "caf\xC3\xA9");
}

TEST(RequestParserTest, AsksForExactlyOneValidHost) {
  EXPECT_EQ(refusedWith("GET /p HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusedWith(get("Host: t.example\r\n")), 400);
  for (const char* host :
       {"", "a, b", "a/x", "u@a", "http://a", "a:8x", "a:80:80", "[::1", "a#x", "a?x", "a\\b",
        "a\tb", "\"a\"", "[::g]", "[1.2.3.4]", "a:65536", "a:0", "a b", "."}) {
    EXPECT_EQ(refusedWith("GET /p HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400)
        << host;
  }
  EXPECT_EQ(refusedWith("GET /p HTTP/1.1\r\nHost: " + std::string(300, 'a') + "\r\n\r\n"), 400);
}

TEST(RequestParserTest, AnEmptyHostIsNoneInHttp10) {
  const Parsed parsed = parse("GET /p HTTP/1.0\r\nHost:\r\n\r\n");
  ASSERT_EQ(parsed.status, ParseStatus::Complete);
  EXPECT_EQ(parsed.head.host, "");
  EXPECT_EQ(parsed.head.authority, "");
}

TEST(RequestParserTest, NormalisesTheHost) {
  const Parsed name = parse("GET / HTTP/1.1\r\nhOsT: T.Example.:8080\r\n\r\n");
  EXPECT_EQ(name.head.host, "t.example");
  EXPECT_EQ(name.head.port, 8080);
  EXPECT_EQ(name.head.authority, "T.Example.:8080");
  const Parsed literal = parse("GET / HTTP/1.1\r\nHost: [::1]:\r\n\r\n");
  EXPECT_EQ(literal.head.host, "::1");
  EXPECT_EQ(literal.head.port, 0);
}

TEST(RequestParserTest, Http10NeedsNoHostAndClosesByDefault) {
  const Parsed plain = parse("GET / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(plain.status, ParseStatus::Complete);
  EXPECT_EQ(plain.head.host, "");
  EXPECT_FALSE(plain.head.keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head.keep_alive);
}

TEST(RequestParserTest, ConnectionOptionsAreAListInAnyCase) {
  EXPECT_FALSE(parse(get("Connection: foo , CLOSE\r\n")).head.keep_alive);
  EXPECT_FALSE(parse(get("Connection: keep-alive\r\nConnection: close\r\n")).head.keep_alive);
  EXPECT_TRUE(parse(get("Connection: closed\r\n")).head.keep_alive);
}

TEST(RequestParserTest, ContentLengthIsDigitsOnce) {
  for (const char* value : {"+5", "-5", "0x5", "5x", "5 5", "1_0", "", "5e0", "5;",
                            "\xA0"
                            "5",
                            "\"5\"", "5, 5", "5,", "9223372036854775808", "18446744073709551621"}) {
    EXPECT_EQ(refusedWith(post("Content-Length: " + std::string(value) + "\r\n")), 400) << value;
  }
  EXPECT_EQ(refusedWith(post("Content-Length: 5\r\nContent-Length: 5\r\n")), 400);
  EXPECT_EQ(parse(post("Content-Length: 005\r\n")).head.content_length, 5u);
}

TEST(RequestParserTest, TransferEncodingIsExactlyChunked) {
  EXPECT_EQ(parse(post("Transfer-Encoding: \t ChUnKeD \r\n")).head.framing, BodyFraming::Chunked);
  for (const char* value : {"chunked, gzip", "chunked, chunked", "", ", chunked", "chunked,",
                            "chunked;a=b", "\"chunked\"",
                            "\xFF"
                            "chunked"}) {
    EXPECT_EQ(refusedWith(post("Transfer-Encoding: " + std::string(value) + "\r\n")), 400) << value;
  }
  for (const char* value : {"gzip, chunked", "xchunked", "identity"}) {
    EXPECT_EQ(refusedWith(post("Transfer-Encoding: " + std::string(value) + "\r\n")), 501) << value;
  }
  EXPECT_EQ(refusedWith(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(refusedWith(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), 400);
  EXPECT_EQ(refusedWith("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestParserTest, KnowsOneExpectation) {
  EXPECT_TRUE(parse(post("Content-Length: 5\r\nExpect: 100-Continue\r\n")).head.expect_continue);
  EXPECT_FALSE(parse(post("Expect: 100-continue\r\n")).head.expect_continue);
  EXPECT_EQ(refusedWith(post("Expect: 200-ok\r\n")), 417);
  const Parsed old =
      parse("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
  EXPECT_EQ(old.status, ParseStatus::Complete);
  EXPECT_FALSE(old.head.expect_continue);
}

TEST(RequestParserTest, EnforcesItsLimits) {
  HeadLimits limits;
  limits.head_bytes = 4096;
  limits.fields = 4;
  limits.uri_bytes = 1000;
  const auto refused = [&](const std::string& bytes) {
    const Parsed parsed = parse(bytes, std::string::npos, limits);
    return parsed.status == ParseStatus::Refused ? parsed.refusal.status : 0;
  };
  EXPECT_EQ(refused("GET /" + std::string(1000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(refused("GET /" + std::string(2000, 'a')), 414);
  EXPECT_EQ(refused(get("X: " + std::string(5000, 'a') + "\r\n")), 431);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nX: " + std::string(5000, 'a')), 431);
  EXPECT_EQ(refused(get("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n")), 431);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\n"), 431);
  EXPECT_EQ(refused(std::string(2000, 'A') + " / HTTP/1.1\r\n\r\n"), 501);
  EXPECT_EQ(refused(get("A: 1\r\nB: 2\r\nC: 3\r\n")), 0);
}

TEST(RequestParserTest, ARefusedHeadCanStillBeToldApartForItsEvent) {
  const Parsed parsed = parse(get("X Y: 1\r\n"));
  ASSERT_EQ(parsed.status, ParseStatus::Refused);
  EXPECT_EQ(parsed.head.method, "GET");
  EXPECT_EQ(parsed.head.target, "/p");
}

}  // namespace
}  // namespace gateway
