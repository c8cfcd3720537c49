// Each limit of a body with its documented outcome, and XML from the bytes to its rules.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/waf/support/engine_harness.h"

namespace waf {
namespace {

constexpr const char* kBase = R"(SecRuleEngine On
SecRequestBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule ARGS "@contains attack" "id:10,phase:2,pass,log"
SecRule REQBODY_ERROR "!@eq 0" "id:11,phase:2,pass,log,msg:'%{REQBODY_ERROR_MSG}'"
SecRule INBOUND_DATA_ERROR "@eq 1" "id:12,phase:2,pass,log"
SecRule MULTIPART_FILE_LIMIT_EXCEEDED "@eq 1" "id:13,phase:2,pass,log"
SecRule MULTIPART_STRICT_ERROR "@eq 1" "id:14,phase:2,pass,log"
)";

TestOutcome post(const std::string& directives, const std::string& type, const std::string& body) {
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "a"}, {"Content-Type", type}};
  request.body = body;
  return runRequest(loadRules(kBase + directives), request);
}

constexpr const char* kForm = "application/x-www-form-urlencoded";

TEST(BodyLimitsTest, PastTheBodyLimitTheActionDecides) {
  const std::string body = "a=attack&b=" + std::string(100, 'x');
  const TestOutcome rejected =
      post("SecRequestBodyLimit 50\nSecRequestBodyLimitAction Reject\n", kForm, body);
  EXPECT_TRUE(rejected.interrupted);
  EXPECT_EQ(rejected.status, 413);
  const TestOutcome partial =
      post("SecRequestBodyLimit 50\nSecRequestBodyLimitAction ProcessPartial\n", kForm, body);
  EXPECT_FALSE(partial.interrupted);
  EXPECT_TRUE(partial.matched(10) && partial.matched(12));
  const TestOutcome whole = post("SecRequestBodyLimit 500\n", kForm, body);
  EXPECT_TRUE(whole.matched(10));
  EXPECT_FALSE(whole.matched(12));
}

std::string multipart(const std::string& disposition, const std::string& content) {
  return "--0\r\nContent-Disposition: form-data; name=\"a\"" + disposition + "\r\n\r\n" + content +
         "\r\n";
}
constexpr const char* kMultipart = "multipart/form-data; boundary=0";

TEST(BodyLimitsTest, TheLimitWithoutFilesIsABodyError) {
  const std::string limit = "SecRequestBodyNoFilesLimit 200\n";
  const std::string large(300, 'x');
  EXPECT_TRUE(post(limit, kForm, "a=" + large).matched(11));
  EXPECT_TRUE(post(limit, "application/json", "\"" + large + "\"").matched(11));
  EXPECT_TRUE(post(limit, "text/xml", "<a>" + large + "</a>").matched(11));
  EXPECT_TRUE(post(limit, kMultipart, multipart("", large) + "--0--\r\n").matched(11));
  EXPECT_FALSE(
      post(limit, kMultipart, multipart("; filename=\"f\"", large) + "--0--\r\n").matched(11));
  EXPECT_FALSE(post(limit, kForm, "a=1").matched(11));
}

TEST(BodyLimitsTest, TheDepthOfJsonIsABodyError) {
  const std::string limit = "SecRequestBodyJsonDepthLimit 3\n";
  EXPECT_FALSE(post(limit, "application/json", "[[[1]]]").matched(11));
  EXPECT_TRUE(post(limit, "application/json", "[[[[1]]]]").matched(11));
}

TEST(BodyLimitsTest, TheNumberOfArgumentsIsABodyError) {
  const std::string limit = "SecArgumentsLimit 3\n";
  EXPECT_FALSE(post(limit, kForm, "a=1&b=2&c=3").matched(11));
  EXPECT_TRUE(post(limit, kForm, "a=1&b=2&c=3&d=4").matched(11));
  EXPECT_TRUE(post(limit, "application/json", "[1,2,3,4]").matched(11));
  const std::string part = multipart("", "1");
  EXPECT_TRUE(post(limit, kMultipart, part + part + part + part + "--0--\r\n").matched(11));
}

TEST(BodyLimitsTest, TheNumberOfFilesIsAFlagAndAStrictError) {
  const std::string limit = "SecUploadFileLimit 1\n";
  const std::string file = multipart("; filename=\"f\"", "1");
  EXPECT_FALSE(post(limit, kMultipart, file + "--0--\r\n").matched(13));
  const TestOutcome outcome = post(limit, kMultipart, file + file + "--0--\r\n");
  EXPECT_TRUE(outcome.matched(13) && outcome.matched(14));
}

TEST(BodyLimitsTest, FilesPastTheirLimitAreListed) {
  const std::string limit =
      "SecUploadFileLimit 1\n"
      "SecRule FILES \"@streq shell.php\" \"id:20,phase:2,pass,log\"\n"
      "SecRule FILES_NAMES \"@streq late\" \"id:21,phase:2,pass,log\"\n"
      "SecRule &FILES_SIZES \"@eq 2\" \"id:22,phase:2,pass,log\"\n";
  const std::string late =
      "--0\r\nContent-Disposition: form-data; name=\"late\"; filename=\"shell.php\"\r\n\r\n1\r\n";
  const TestOutcome outcome =
      post(limit, kMultipart,
           multipart("; filename=\"f\"", "1") + late + multipart("", "attack") + "--0--\r\n");
  EXPECT_TRUE(outcome.matched(13) && outcome.matched(14));
  EXPECT_TRUE(outcome.matched(20) && outcome.matched(21) && outcome.matched(22));
  EXPECT_TRUE(outcome.matched(10)) << "the field behind the files";
}

TEST(BodyLimitsTest, ManyMoreFilesThanTheLimitAreABodyError) {
  std::string body;
  for (int i = 0; i < 8; ++i) body += multipart("; filename=\"f\"", "1");
  const TestOutcome outcome =
      post("SecUploadFileLimit 2\nSecArgumentsLimit 5\n", kMultipart, body + "--0--\r\n");
  EXPECT_TRUE(outcome.matched(11) && outcome.matched(13));
}

TEST(BodyLimitsTest, ArgumentsOfAQueryAndCookiesPastTheirLimitAreFlagged) {
  TestRequest request;
  request.uri = "/?a=1&b=2&c=3&d=attack";
  EXPECT_TRUE(
      runRequest(loadRules(std::string(kBase) + "SecArgumentsLimit 3\n"), request).matched(11));
  EXPECT_FALSE(
      runRequest(loadRules(std::string(kBase) + "SecArgumentsLimit 4\n"), request).matched(11));
  std::string cookies;
  for (int i = 0; i < 1001; ++i) cookies += "a=1; ";
  request.uri = "/";
  request.headers.emplace_back("Cookie", cookies);
  EXPECT_TRUE(runRequest(loadRules(kBase), request).matched(11));
}

TEST(BodyLimitsTest, NamesOfJsonThatMultiplyAreABodyError) {
  std::string body = "{\"" + std::string(60000, 'n') + "\":[1";
  for (int i = 0; i < 900; ++i) body += ",1";
  EXPECT_TRUE(post("", "application/json", body + "]}").matched(11));
}

TEST(BodyLimitsTest, WhatAnXmlTargetLeavesOutIsAReachedLimit) {
  std::string body;
  for (int i = 0; i < 200; ++i) body += "<a>" + std::string(1000, 'x');
  for (int i = 0; i < 200; ++i) body += "</a>";
  const auto exceeds = [&](const char* target) {
    const auto rules =
        loadRules(kBase + std::string("SecRequestBodyNoFilesLimit 10000000\nSecRule ") + target +
                  " \"@rx .\" \"id:20,phase:2,pass,nolog\"\n");
    Transaction transaction(rules, Policy{});
    transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
    transaction.requestLine("POST", "/", "HTTP/1.1");
    transaction.addRequestHeader("Content-Type", "text/xml");
    transaction.requestHeaders();
    transaction.appendRequestBody(body);
    transaction.requestBody();
    return transaction.limitsExceeded();
  };
  EXPECT_FALSE(exceeds("XML:/*"));
  // 200 string values of up to 200 kB: more than are kept.
  EXPECT_TRUE(exceeds("XML://a"));
  EXPECT_TRUE(exceeds("XML://a[count(//a[count(//a)=1])=1]"));
}

TEST(BodyLimitsTest, HostileXmlStaysSmallOrIsABodyError) {
  const std::string rule = "SecRule XML:/* \"@rx .\" \"id:20,phase:2,pass,log,nolog\"\n";
  std::string quadratic = "<!DOCTYPE a [<!ENTITY x \"" + std::string(50000, 'x') + "\">]><a>";
  for (int i = 0; i < 10000; ++i) quadratic += "&x;";
  std::string attributes = "<a";
  for (int i = 0; i < 20000; ++i) attributes += " a" + std::to_string(i) + "='1'";
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<a>";
  EXPECT_TRUE(post(rule + "SecRequestBodyNoFilesLimit 10000000\n", "text/xml", quadratic + "</a>")
                  .matched(11));
  for (const std::string& body : {quadratic + "</a>", attributes + "/>"}) {
    const TestOutcome outcome =
        post(rule + "SecRequestBodyNoFilesLimit 10000000\n", "text/xml", body);
    EXPECT_FALSE(outcome.interrupted);
  }
  EXPECT_TRUE(post(rule, "text/xml", deep).matched(11));
}

TEST(BodyXmlTest, SelectorsFollowTheNamespacesOfTheirRule) {
  const std::string body =
      "<s:Envelope xmlns:s='http://soap.test/e' xmlns:t='http://t.test/'><s:Body><t:find "
      "id='evil'>attack</t:find>"
      "</s:Body></s:Envelope>";
  const auto finds = [&](const std::string& target, const std::string& pattern) {
    return post("SecRule " + target + " \"@rx " + pattern +
                    "\" "
                    "\"id:20,phase:2,pass,log,xmlns:soap=http://soap.test/e,xmlns:x=http://t.test/"
                    "\"\n",
                "text/xml", body)
        .matched(20);
  };
  EXPECT_TRUE(finds("XML:/*", "attack"));
  EXPECT_TRUE(finds("XML://@*", "^evil$"));
  EXPECT_TRUE(finds("XML:/soap:Envelope/soap:Body/x:find/text()", "^attack$"));
  EXPECT_TRUE(finds("XML://x:find/@id", "^evil$"));
  EXPECT_FALSE(finds("XML://soap:find/text()", "."));
  EXPECT_TRUE(finds("&XML://x:find", "^1$"));
}

class XmlArgumentsTest : public ::testing::Test {
 protected:
  static bool matches(const std::string& directives, const std::string& target,
                      const std::string& condition) {
    const std::string body =
        "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY e 'ent'>]><s:root xmlns:s='http://s.test/'>"
        "<level1><node>foo1</node><node>b&e;r1</node>mixed<e/></level1><s:x id='7'><![CDATA[a<b]]>"
        "</s:x></s:root>";
    return post(directives + "SecRule " + target + " \"" + condition +
                    "\" \"id:20,phase:2,pass,log\"\n",
                "text/xml", body)
        .matched(20);
  }
};

TEST_F(XmlArgumentsTest, AreOffByDefault) {
  EXPECT_TRUE(matches("", "&ARGS", "@eq 0"));
  EXPECT_TRUE(matches("SecParseXmlIntoArgs Off\n", "&ARGS", "@eq 0"));
}

TEST_F(XmlArgumentsTest, AreTheLeavesByTheirPaths) {
  const std::string on = "SecParseXmlIntoArgs On\n";
  EXPECT_TRUE(matches(on, "ARGS:xml.root.level1.node", "@streq foo1"));
  EXPECT_TRUE(matches(on, "ARGS:xml.root.level1.node", "@streq bentr1"));
  EXPECT_TRUE(matches(on, "ARGS:xml.root.x", "@streq a<b"));
  EXPECT_TRUE(matches(on, "&ARGS:xml.root.level1.e", "@eq 1"));
  EXPECT_TRUE(matches(on, "ARGS_NAMES", "@streq xml.root.level1.node"));
  EXPECT_TRUE(matches(on, "XML:/*", "@contains foo1"));
  // Nothing that is sent escapes the rules.
  EXPECT_TRUE(matches(on, "ARGS:xml.root.level1", "@streq mixed"));
  EXPECT_TRUE(matches(on, "ARGS:xml.root.x.@id", "@streq 7"));
}

TEST_F(XmlArgumentsTest, OnlyArgsLeavesNoXml) {
  const std::string only = "SecParseXmlIntoArgs OnlyArgs\n";
  EXPECT_TRUE(matches(only, "ARGS:xml.root.level1.node", "@streq foo1"));
  EXPECT_FALSE(matches(only, "XML:/*", "@contains foo1"));
}

TEST_F(XmlArgumentsTest, AControlActionDecidesForOneRequest) {
  const auto control = [](const std::string& value) {
    return "SecAction \"id:30,phase:1,pass,nolog,ctl:parseXmlIntoArgs=" + value + "\"\n";
  };
  EXPECT_TRUE(matches(control("On"), "ARGS:xml.root.x", "@streq a<b"));
  EXPECT_FALSE(matches(control("OnlyArgs"), "XML:/*", "@contains foo1"));
  EXPECT_TRUE(matches("SecParseXmlIntoArgs On\n" + control("Off"), "&ARGS", "@eq 0"));
}

TEST_F(XmlArgumentsTest, MoreThanTheLimitAreABodyError) {
  EXPECT_TRUE(matches("SecParseXmlIntoArgs On\nSecArgumentsLimit 3\n", "REQBODY_ERROR", "@eq 1"));
  EXPECT_FALSE(matches("SecParseXmlIntoArgs On\nSecArgumentsLimit 6\n", "REQBODY_ERROR", "@eq 1"));
}

class XmlFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/xml-files-XXXXXX";
    folder_ = mkdtemp(name);
    write("order.dtd",
          "<!ELEMENT order (item+)><!ELEMENT item (#PCDATA)><!ATTLIST item id CDATA #REQUIRED>");
    write("order.xsd",
          "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='order'>"
          "<xs:complexType><xs:sequence><xs:element name='count' type='xs:integer'/></xs:sequence>"
          "</xs:complexType></xs:element></xs:schema>");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  bool refuses(const std::string& condition, const std::string& body) const {
    const RuleSet::Loaded loaded = RuleSet::loadText(
        kBase + ("SecRule XML \"" + condition + "\" \"id:20,phase:2,deny,status:406\"\n"),
        "rules.conf", folder_);
    EXPECT_NE(loaded.rule_set, nullptr)
        << (loaded.diagnostics.empty() ? "" : loaded.diagnostics.front().toString());
    TestRequest request;
    request.method = "POST";
    request.headers = {{"Host", "a"}, {"Content-Type", "text/xml"}};
    request.body = body;
    return loaded.rule_set && runRequest(loaded.rule_set, request).status == 406;
  }
  std::string folder_;
};

TEST_F(XmlFilesTest, ValidatesAgainstADtdAndASchema) {
  EXPECT_FALSE(refuses("@validateDTD order.dtd", "<order><item id='1'>a</item></order>"));
  EXPECT_TRUE(refuses("@validateDTD order.dtd", "<order><item>a</item></order>"));
  EXPECT_TRUE(refuses("@validateDTD order.dtd", "<other/>"));
  EXPECT_FALSE(refuses("@validateSchema order.xsd", "<order><count>1</count></order>"));
  EXPECT_TRUE(refuses("@validateSchema order.xsd", "<order><count>one</count></order>"));
}

TEST_F(XmlFilesTest, NothingIsFetchedForASchemaOrADtd) {
  // Were the file read, the schema would know the element.
  write("including.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:include schemaLocation='" +
            folder_ + "/order.xsd'/></xs:schema>");
  EXPECT_TRUE(refuses("@validateSchema including.xsd", "<order><count>1</count></order>"));
  write("including.dtd",
        "<!ENTITY % rest SYSTEM \"file://" + folder_ + "/order.dtd\">%rest;<!ELEMENT x EMPTY>");
  write("self.dtd", "<!ENTITY % rest '<!ELEMENT y EMPTY>'>%rest;<!ELEMENT x EMPTY>");
  EXPECT_FALSE(refuses("@validateDTD self.dtd", "<x/>"));
  EXPECT_TRUE(refuses("@validateDTD including.dtd", "<order><item id='1'>a</item></order>"));
}

TEST_F(XmlFilesTest, NothingIsFetchedForADocument) {
  write("secret.txt", "secret");
  // A DTD of the document's own, elsewhere, cannot make it valid.
  EXPECT_TRUE(refuses("@validateDTD order.dtd",
                      "<!DOCTYPE other SYSTEM \"" + folder_ + "/order.dtd\"><other/>"));
  const std::string body = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file://" + folder_ +
                           "/secret.txt\"><!ENTITY % p SYSTEM \"http://127.0.0.1:9/\">]><a>&x;</a>";
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "a"}, {"Content-Type", "text/xml"}};
  request.body = body;
  const auto rules = loadRules(
      kBase + std::string("SecRule XML:/* \"@contains secret\" \"id:20,phase:2,deny\"\n"));
  EXPECT_FALSE(runRequest(rules, request).interrupted);
}

}  // namespace
}  // namespace waf
