#include "waf/body/xml_document.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

using Values = std::vector<std::string>;

Values select(std::string_view body, std::string_view xpath,
              const std::vector<std::pair<std::string, std::string>>& namespaces = {}) {
  const auto document = XmlDocument::parse(body);
  EXPECT_TRUE(document) << (document ? "" : document.error().message);
  return document ? document->select(xpath, namespaces) : Values{};
}

TEST(XmlDocumentTest, SelectsTextAndAttributes) {
  const char* body = "<a x='1'><b y=\"2\">t&lt;u</b><c><![CDATA[<v>]]></c><!-- no --></a>";
  EXPECT_EQ(select(body, "/*"), (Values{"t<u<v>"}));
  EXPECT_EQ(select(body, "//@*"), (Values{"1", "2"}));
  EXPECT_EQ(select(body, "/a/*[local-name()='b']"), (Values{"t<u"}));
  EXPECT_EQ(select(body, "count(//*)"), (Values{"3"}));
}

TEST(XmlDocumentTest, KnowsTheNamespacesOfTheRule) {
  const char* body = "<s:e xmlns:s='urn:soap'><s:b>x</s:b></s:e>";
  EXPECT_EQ(select(body, "//soap:b", {{"soap", "urn:soap"}}), (Values{"x"}));
  EXPECT_TRUE(select(body, "//soap:b").empty());
}

TEST(XmlDocumentTest, AnInvalidExpressionSelectsNothing) {
  EXPECT_TRUE(select("<a/>", "//[").empty());
  EXPECT_FALSE(isValidXPath("//["));
  EXPECT_FALSE(isValidXPath(""));
  EXPECT_TRUE(isValidXPath("//@*"));
  EXPECT_TRUE(isValidXPath("/soap:a/b[1]"));
}

TEST(XmlDocumentTest, RefusesWhatIsNotWellFormed) {
  for (const char* body : {"", "text", "<a>", "<a></b>", "<a x=1/>", "<a/><b/>",
                           "<a>&undefined;</a>", "<a>\x01</a>"}) {
    EXPECT_FALSE(XmlDocument::parse(body)) << body;
  }
}

TEST(XmlDocumentTest, ExternalEntitiesAreNotRead) {
  const char* body = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
  const Values values = select(body, "/*");
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0], "&x;");
}

TEST(XmlDocumentTest, InternalEntitiesAreExpanded) {
  const char* body = "<!DOCTYPE a [<!ENTITY x \"scr\"><!ENTITY y \"&x;ipt\">]><a b='&y;'>&y;</a>";
  EXPECT_EQ(select(body, "/*"), (Values{"script"}));
  EXPECT_EQ(select(body, "//@*"), (Values{"script"}));
}

TEST(XmlDocumentTest, WhatTheInternalSubsetGivesIsSeen) {
  // Defaults of attributes, and entities that a parameter entity declares.
  EXPECT_EQ(select("<!DOCTYPE a [<!ATTLIST a x CDATA 'script'>]><a/>", "//@*"), (Values{"script"}));
  EXPECT_EQ(select("<!DOCTYPE a [<!ENTITY % p \"<!ENTITY x 'script'>\"> %p;]><a>&x;</a>", "/*"),
            (Values{"script"}));
}

TEST(XmlDocumentTest, EntitiesPastTheirLimitAreAnError) {
  std::string body = "<!DOCTYPE a [<!ENTITY x \"" + std::string(10000, 'x') + "\">]><a>";
  for (int i = 0; i < 90; ++i) body += "&x;";
  EXPECT_TRUE(XmlDocument::parse(body + "</a>"));
  for (int i = 0; i < 90; ++i) body += "&x;";
  EXPECT_FALSE(XmlDocument::parse(body + "attack</a>"));
}

TEST(XmlDocumentTest, ABillionLaughsStaySmall) {
  std::string body = "<!DOCTYPE a [<!ENTITY e0 \"laugh\">";
  for (int i = 1; i < 12; ++i) {
    body += "<!ENTITY e" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) body += "&e" + std::to_string(i - 1) + ";";
    body += "\">";
  }
  body += "]><a>&e11;</a>";
  const auto document = XmlDocument::parse(body);
  if (!document) return;
  for (const std::string& value : document->select("/*", {})) EXPECT_LE(value.size(), 2u << 20);
}

TEST(XmlDocumentTest, DepthIsBounded) {
  std::string body;
  for (int i = 0; i < 100000; ++i) body += "<a>";
  EXPECT_FALSE(XmlDocument::parse(body));
}

}  // namespace
}  // namespace waf
