// Bodies in content codings and charsets, from the bytes to the variables, and what becomes of
// those that cannot be read.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/waf/support/compressed.h"
#include "tests/waf/support/engine_harness.h"

namespace waf {
namespace {

constexpr const char* kRules = R"(SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain
SecRequestBodyLimit 5000000
SecRequestBodyNoFilesLimit 4000000
SecResponseBodyLimit 2000000
SecResponseBodyLimitAction Reject
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule ARGS|XML:/* "@contains <script>" "id:10,phase:2,pass,log"
SecRule REQUEST_BODY "@contains <script>" "id:11,phase:2,pass,log"
SecRule REQBODY_ERROR "@eq 1" "id:12,phase:2,pass,log"
SecRule INBOUND_DATA_ERROR "@eq 1" "id:13,phase:2,pass,log"
SecRule RESPONSE_BODY "@contains secret" "id:14,phase:4,pass,log"
)";

struct Seen {
  std::vector<int64_t> rules;
  int failure = 0;  // its status
  std::string message;
  std::string excerpt;

  bool matched(int64_t id) const {
    return std::find(rules.begin(), rules.end(), id) != rules.end();
  }
};

class BodyContentTest : public testing::Test {
 protected:
  Seen see(const std::string& type, const std::string& coding, const std::string& body,
           const Policy& policy = {}) {
    Transaction transaction(rules_, policy);
    transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
    transaction.requestLine("POST", "/", "HTTP/1.1");
    transaction.addRequestHeader("Content-Type", type);
    if (!coding.empty()) transaction.addRequestHeader("Content-Encoding", coding);
    transaction.requestHeaders();
    transaction.appendRequestBody(body);
    transaction.requestBody();
    return finish(transaction);
  }
  Seen seeResponse(const std::string& coding, const std::string& body) {
    Transaction transaction(rules_, Policy{});
    transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
    transaction.requestLine("GET", "/", "HTTP/1.1");
    transaction.requestHeaders();
    transaction.requestBody();
    transaction.addResponseHeader("Content-Type", "text/plain");
    transaction.addResponseHeader("Content-Encoding", coding);
    transaction.responseHeaders(200, "HTTP/1.1");
    transaction.appendResponseBody(body);
    if (const auto stop = transaction.responseBody()) return {{}, stop->status, stop->message, ""};
    return finish(transaction);
  }
  static Seen finish(Transaction& transaction) {
    transaction.logging();
    Seen seen;
    for (const MatchedRule& rule : transaction.takeMatchedRules()) seen.rules.push_back(rule.id);
    if (const auto& failure = transaction.inspectionFailure()) {
      seen.failure = failure->status;
      seen.message = failure->message;
    }
    seen.excerpt = transaction.bodyExcerpt();
    return seen;
  }
  static std::string wide(std::string_view ascii) {
    std::string out;
    for (const char c : ascii) out += {c, '\0'};
    return out;
  }

  const std::shared_ptr<const RuleSet> rules_ = loadRules(kRules);
  static constexpr const char* kForm = "application/x-www-form-urlencoded";
};

TEST_F(BodyContentTest, CompressedFormsAndJsonAreInspected) {
  const std::string form = "a=%3Cscript%3E&b=<script>";
  for (const auto& [coding, body] : {std::pair{"gzip", test::gzip(form)},
                                     {"deflate", test::deflated(form, 15)},
                                     {"br", test::brotli(form)},
                                     {"gzip, br", test::brotli(test::gzip(form))}}) {
    const Seen seen = see(kForm, coding, body);
    EXPECT_TRUE(seen.matched(10) && seen.matched(11)) << coding;
    EXPECT_FALSE(seen.matched(12)) << coding;
    EXPECT_EQ(seen.failure, 0) << coding << seen.message;
    EXPECT_EQ(seen.excerpt, form) << coding;
  }
  EXPECT_TRUE(see("application/json", "gzip", test::gzip(R"({"a":"\u003cscript>"})")).matched(10));
}

TEST_F(BodyContentTest, WhatCannotBeUndoneIsAFailureAndABodyError) {
  const std::string body = test::gzip("a=<script>&b=" + std::string(3000, 'x'));
  const struct {
    std::string coding;
    std::string body;
    int status;
    bool inspected;  // what could be read
  } cases[] = {{"zstd", body, 415, false},
               {"gzip, compress", body, 415, false},
               {"gzip", body + "trailing", 400, true},
               {"gzip", body.substr(0, body.size() - 4), 400, true},
               {"gzip", "a=<script>", 400, true},
               {"br", "a=<script>", 400, true},
               {"gzip", test::gzip(std::string(3 << 20, 'x')), 413, false}};
  for (const auto& c : cases) {
    const Seen seen = see(kForm, c.coding, c.body);
    EXPECT_EQ(seen.failure, c.status) << c.coding << seen.message;
    EXPECT_TRUE(seen.matched(12)) << c.coding;
    EXPECT_EQ(seen.matched(10), c.inspected) << c.coding << c.status;
    EXPECT_FALSE(seen.message.empty());
  }
}

TEST_F(BodyContentTest, TheSiteLimitsHowFarABodyMayGrow) {
  const std::string body = test::gzip("a=<script>&b=" + std::string(100000, 'x'));
  Policy policy;
  EXPECT_EQ(see(kForm, "gzip", body, policy).failure, 0);
  policy.decoded_body_bytes = 1000;
  const Seen refused = see(kForm, "gzip", body, policy);
  EXPECT_EQ(refused.failure, 413);
  EXPECT_TRUE(refused.matched(13));
  // Under DetectionOnly the limit's action is ProcessPartial.
  policy.mode = EngineMode::DetectionOnly;
  const Seen partial = see(kForm, "gzip", body, policy);
  EXPECT_EQ(partial.failure, 0);
  EXPECT_TRUE(partial.matched(10) && partial.matched(13));
}

TEST_F(BodyContentTest, ResponsesAreInspectedWithoutTheirCoding) {
  const std::string text = "the secret " + std::string(1000, 'x');
  EXPECT_TRUE(seeResponse("gzip", test::gzip(text)).matched(14));
  EXPECT_TRUE(seeResponse("br", test::brotli(text)).matched(14));
  EXPECT_FALSE(seeResponse("gzip", test::gzip("clean")).matched(14));
  EXPECT_EQ(seeResponse("zstd", "x").failure, 415);
  EXPECT_EQ(seeResponse("gzip", "x").failure, 400);
  EXPECT_EQ(seeResponse("gzip", test::gzip(std::string(3 << 20, 'x'))).failure, 413);
}

TEST_F(BodyContentTest, TextIsInspectedInItsCharset) {
  const std::string form = "a=<script>";
  const std::string json = R"({"a":"<script>"})";
  EXPECT_TRUE(see(std::string(kForm) + "; charset=utf-16le", "", wide(form)).matched(10));
  EXPECT_TRUE(see(std::string(kForm) + "; charset=utf-16le", "", wide(form)).matched(11));
  EXPECT_TRUE(
      see(std::string(kForm) + "; charset=utf-7", "", "a=%2BADw-script%2BAD4-").matched(10));
  EXPECT_TRUE(
      see("application/json; charset=utf-7", "", R"({"a":"+ADw-script+AD4-"})").matched(10));
  EXPECT_TRUE(see("application/json", "", wide(json)).matched(10));
  EXPECT_TRUE(see("application/json; charset=utf-16", "gzip", test::gzip(wide(json))).matched(10));
  const std::string xml = "<a>&lt;script></a>";
  EXPECT_TRUE(see("text/xml; charset=utf-16le", "", wide(xml)).matched(10));
  EXPECT_TRUE(see("text/xml", "", "\xff\xfe" + wide(xml)).matched(10));
  EXPECT_TRUE(
      see("text/xml", "", "<?xml version='1.0' encoding='UTF-7'?><a>+ADw-script></a>")
          .matched(10) ||
      see("text/xml", "", "<?xml version='1.0' encoding='UTF-7'?><a>+ADw-script></a>").matched(12));
}

TEST_F(BodyContentTest, ACharsetThatHidesTheTextIsAFailure) {
  for (const char* charset : {"iso-2022-jp", "hz-gb-2312", "x-unheard-of"}) {
    const Seen seen = see(std::string(kForm) + "; charset=" + charset, "", "a=1");
    EXPECT_EQ(seen.failure, 415) << charset;
    EXPECT_NE(seen.message.find(charset), std::string::npos);
    EXPECT_TRUE(seen.matched(12));
  }
  EXPECT_EQ(see(std::string(kForm) + "; charset=utf-8; charset=utf-7", "", "a=1").failure, 415);
  EXPECT_TRUE(see(std::string(kForm) + "; charset=utf-16le", "", "a=1").matched(12));
  EXPECT_EQ(see(std::string(kForm) + "; charset=iso-2022-jp", "", "").failure, 0);
}

// Brotli's metadata blocks (RFC 7932, section 9.2) are bytes that decoding drops; an origin that
// ignores the coding reads them.
std::string withMetadata(const std::string& hidden, const std::string& text) {
  // WBITS 16 (one bit 0); ISLAST 0; MNIBBLES 3 (two bits); reserved 0; MSKIPBYTES 1 (two bits);
  // then one byte of length less one, and padding to a byte.
  const size_t length = hidden.size() - 1;
  const unsigned bits =
      0u | 0u << 1 | 3u << 2 | 0u << 4 | 1u << 5 | static_cast<unsigned>(length) << 7;
  std::string out = {static_cast<char>(bits & 0xff), static_cast<char>(bits >> 8 & 0xff)};
  out += hidden;
  // The rest is a stream of its own, without its own window bits: an uncompressed block (ISLAST 0,
  // MNIBBLES 4, length less one, ISUNCOMPRESSED 1), then the last one, which is empty.
  const unsigned head = 0u | 0u << 1 | static_cast<unsigned>(text.size() - 1) << 3 | 1u << 19;
  out += {static_cast<char>(head & 0xff), static_cast<char>(head >> 8 & 0xff),
          static_cast<char>(head >> 16 & 0xff)};
  return out + text + "\x03";
}

TEST_F(BodyContentTest, WhatAnOriginReadsThatIgnoresTheCodingIsInspectedToo) {
  const std::string hidden = "&a=<script>&";
  const std::string metadata = withMetadata(hidden, "b=harmless");
  const Seen brotli = see(kForm, "br", metadata);
  EXPECT_EQ(brotli.failure, 0) << brotli.message;
  EXPECT_EQ(brotli.excerpt, "b=harmless");
  EXPECT_TRUE(brotli.matched(10) && brotli.matched(11));
  EXPECT_TRUE(see("text/plain", "br", metadata).matched(11));
  EXPECT_FALSE(see(kForm, "br", withMetadata("&a=harmless&", "b=harmless")).matched(10));
  // Parts of a multipart body, whose structure lies in clear.
  const std::string part =
      "\r\n--0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n<script>\r\n--0--\r\n";
  EXPECT_TRUE(
      see("multipart/form-data; boundary=0", "br", withMetadata(part, "b=harmless")).matched(10));
}

TEST_F(BodyContentTest, HonestCompressedBodiesAreNoAttackAsTheyAreSent) {
  std::string form;
  for (int i = 0; i < 200; ++i)
    form += "field" + std::to_string(i) + "=value+" + std::to_string(i * 7919) + "&";
  const auto bytes = loadRules(
      std::string(kRules) +
      "SecRule ARGS|ARGS_NAMES \"@validateByteRange 1-255\" \"id:30,phase:2,pass,log\"\n");
  for (const auto& [coding, body] :
       {std::pair{"gzip", test::gzip(form)}, {"br", test::brotli(form)}}) {
    TestRequest request;
    request.method = "POST";
    request.headers = {{"Host", "a"}, {"Content-Type", kForm}, {"Content-Encoding", coding}};
    request.body = body;
    const TestOutcome outcome = runRequest(bytes, request);
    EXPECT_FALSE(outcome.matched(30) || outcome.matched(12)) << coding;
  }
}

TEST_F(BodyContentTest, EveryReadingOfACharsetIsInspected) {
  const struct {
    const char* what;
    std::string type;
    std::string body;
  } cases[] = {
      {"the field _charset_ of a form", kForm, "_charset_=utf-7&a=%2BADw-script%2BAD4-"},
      {"_charset_ with its name encoded", kForm, "%5fcharset%5f=utf-7&a=%2BADw-script%2BAD4-"},
      {"UTF-7 that the origin ignores", std::string(kForm) + "; charset=utf-7",
       "a=%3Cscript%3E%2Bxx"},
      {"UTF-16 that the origin ignores", std::string(kForm) + "; charset=utf-16le", "a=<script>"},
      {"JSON behind a byte order mark", "application/json", "\xef\xbb\xbf{\"a\":\"<script>\"}"},
      {"JSON, UTF-16 ignored", "application/json; charset=utf-16", R"({"a":"<script>"})"},
      {"JSON, UTF-16 by its mark", "application/json; charset=utf-8",
       "\xff\xfe" + wide(R"({"a":"<script>"})")},
      {"the name of a multipart field", "multipart/form-data; boundary=0; charset=utf-7",
       "--0\r\nContent-Disposition: form-data; name=\"+ADw-script+AD4-\"\r\n\r\n1\r\n--0--\r\n"},
  };
  const auto rules =
      loadRules(std::string(kRules) +
                "SecRule ARGS_NAMES \"@contains <script>\" \"id:31,phase:2,pass,log\"\n");
  for (const auto& c : cases) {
    TestRequest request;
    request.method = "POST";
    request.headers = {{"Host", "a"}, {"Content-Type", c.type}};
    request.body = c.body;
    const TestOutcome outcome = runRequest(rules, request);
    EXPECT_TRUE(outcome.matched(10) || outcome.matched(31)) << c.what;
  }
}

TEST_F(BodyContentTest, TheTextAsSentStandsInTheBodyVariableToo) {
  for (const char* charset : {"utf-7", "utf-16le", "utf-16"}) {
    EXPECT_TRUE(see(std::string("text/plain; charset=") + charset, "", "<script>+x").matched(11))
        << charset;
  }
}

TEST_F(BodyContentTest, XmlThatIsReadableInTwoWaysIsAnError) {
  const std::string seven = "<?xml version='1.0' encoding='UTF-7'?><a>+ADw-script+AD4-</a>";
  EXPECT_TRUE(see("text/xml", "", seven).matched(12));
  EXPECT_FALSE(
      see("text/xml", "", "<?xml version='1.0' encoding='ISO-8859-1'?><a>1</a>").matched(12));
  EXPECT_TRUE(see("text/xml", "gzip", "<a>&lt;script></a>").matched(10));
  EXPECT_EQ(see("text/xml", "gzip", "<a>&lt;script></a>").failure, 400);
}

TEST_F(BodyContentTest, AnUnknownCharsetFieldOfAFormIsAnError) {
  EXPECT_TRUE(see(kForm, "", "_charset_=iso-2022-jp&a=1").matched(12));
  EXPECT_FALSE(see(kForm, "", "_charset_=UTF-8&a=1").matched(12));
  EXPECT_FALSE(see(kForm, "", "_charset_=&a=1").matched(12));
}

TEST_F(BodyContentTest, TwoContentTypesAreAFailure) {
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "a"}, {"Content-Type", kForm}, {"Content-Type", "application/json"}};
  request.body = "{\"a\":1}";
  EXPECT_TRUE(runRequest(rules_, request).matched(12));
  request.headers.back().second = kForm;
  EXPECT_FALSE(runRequest(rules_, request).matched(12));
}

TEST_F(BodyContentTest, APostWithoutATypeMayBeAForm) {
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "a"}};
  request.body = "b=1&a=%3Cscript%3E";
  EXPECT_TRUE(runRequest(rules_, request).matched(10));
  request.method = "PUT";
  EXPECT_FALSE(runRequest(rules_, request).matched(10));
}

TEST_F(BodyContentTest, PartsOfAnyMultipartTypeAreInspected) {
  const std::string body =
      "--0\r\nContent-Type: text/plain\r\n\r\n1\r\n"
      "--0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n<script>\r\n--0--\r\n";
  const Seen seen = see("multipart/related; boundary=0", "", body);
  EXPECT_TRUE(seen.matched(10));
  EXPECT_FALSE(seen.matched(12));
}

TEST_F(BodyContentTest, FieldsOfAMultipartBodyAreInspectedInTheirCharset) {
  const std::string head = "--0\r\nContent-Disposition: form-data; name=\"a\"\r\n";
  const std::string end = "\r\n--0--\r\n";
  const std::string type = "multipart/form-data; boundary=0";
  const std::string seven = "+ADw-script+AD4-";
  EXPECT_FALSE(see(type, "", head + "\r\n" + seven + end).matched(10));
  EXPECT_TRUE(see(type, "", head + "Content-Type: text/plain; charset=utf-7\r\n\r\n" + seven + end)
                  .matched(10));
  EXPECT_TRUE(see(type, "",
                  head + "\r\n" + seven +
                      "\r\n--0\r\nContent-Disposition: form-data; name=\"_charset_\"\r\n\r\nutf-7" +
                      end)
                  .matched(10));
  EXPECT_TRUE(see(type + "; charset=utf-7", "", head + "\r\n" + seven + end).matched(10));
  EXPECT_TRUE(
      see(type, "", head + "Content-Transfer-Encoding: quoted-printable\r\n\r\n=3Cscript=3E" + end)
          .matched(10));
  EXPECT_TRUE(see(type, "", head + "Content-Type: text/plain; charset=iso-2022-kr\r\n\r\n1" + end)
                  .matched(12));
}

}  // namespace
}  // namespace waf
