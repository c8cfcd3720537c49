#include "db/config/config_json.h"

#include <gtest/gtest.h>

#include "tests/db/support/config_sample.h"

namespace db {
namespace {

std::string errorOf(std::string_view text) {
  const Result<Config> parsed = parseConfigText(text);
  return parsed ? "" : parsed.error().message;
}

TEST(ConfigJsonTest, ReadsTheMinimalDocumentOfTheDesign) {
  const Result<Config> parsed = parseConfigText(R"({
    "listeners":[{"name":"http","address":"127.0.0.1:8080"},
                 {"name":"https","address":"127.0.0.1:8443","tls":true}],
    "certificates":[{"name":"demo","chain_file":"cert.pem","key_file":"key.pem"}],
    "upstreams":[{"name":"app","balance":"round_robin",
                  "endpoints":[{"address":"127.0.0.1:9000","weight":1}]}],
    "rulesets":[{"name":"crs","path":"/path/to/crs"}],
    "sites":[{"name":"shop","hosts":["shop.example","*"],"listeners":["http","https"],
              "certificates":["demo"],"upstream":"app",
              "waf":{"mode":"On","rulesets":["crs"],"paranoia_level":1,"inbound_threshold":5,
                     "outbound_threshold":4,"response_body":"buffer"}}],
    "settings":{"audit_log":{"mode":"relevant","file":"/var/log/portcullis/audit.jsonl"},
                "workers":0}})");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(parsed->listeners[1].tls);
  EXPECT_EQ(parsed->sites[0].waf.mode, "On");
  EXPECT_EQ(parsed->sites[0].waf.paranoia_level, 1);
  EXPECT_EQ(parsed->sites[0].timeouts.head_ms, 10000u);
}

TEST(ConfigJsonTest, PrintsWhatItReads) {
  const nlohmann::json printed = toJson(sampleConfig());
  const Result<Config> parsed = parseConfig(printed);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(toJson(*parsed), printed);
}

TEST(ConfigJsonTest, NeverPrintsAPrivateKey) {
  EXPECT_EQ(toJson(sampleConfig()).dump().find("private"), std::string::npos);
}

TEST(ConfigJsonTest, NamesThePathOfAWrongChoice) {
  EXPECT_EQ(errorOf(R"({"sites":[{"name":"a","hosts":["*"],"listeners":["l"],"upstream":"u",
                                  "waf":{"mode":"Maybe"}}]})"),
            "sites[0].waf.mode: must be one of Off, DetectionOnly, On");
}

TEST(ConfigJsonTest, RefusesAnUnknownFieldAndListsTheKnown) {
  EXPECT_EQ(errorOf(R"({"listeners":[{"name":"a","address":"1.2.3.4:80","tsl":true}]})"),
            "listeners[0].tsl: is not a known field; known are name, address, tls, http2, "
            "http2_prior_knowledge, tls_profile, unknown_server_name, proxy_protocol_from");
}

TEST(ConfigJsonTest, RefusesWrongTypes) {
  EXPECT_EQ(errorOf("[]"), "document must be an object");
  EXPECT_EQ(errorOf(R"({"sites":{}})"), "sites: must be a list");
  EXPECT_EQ(errorOf(R"({"settings":{"workers":"2"}})"), "settings.workers: must be a whole number");
  EXPECT_EQ(errorOf(R"({"settings":{"workers":1.5}})"), "settings.workers: must be a whole number");
  EXPECT_EQ(errorOf(R"({"settings":{"audit_log":{"file":null}}})"),
            "settings.audit_log.file: must be a string");
  EXPECT_EQ(errorOf(R"({"listeners":[{"name":"a","address":"1.2.3.4:80","tls":1}]})"),
            "listeners[0].tls: must be true or false");
}

TEST(ConfigJsonTest, RefusesNumbersOutOfRange) {
  const std::string expected = "settings.workers: must be between 0 and 1024";
  EXPECT_EQ(errorOf(R"({"settings":{"workers":-1}})"), expected);
  EXPECT_EQ(errorOf(R"({"settings":{"workers":1025}})"), expected);
  EXPECT_EQ(errorOf(R"({"settings":{"workers":18446744073709551615}})"), expected);
}

TEST(ConfigJsonTest, RefusesAMissingOrEmptyRequiredField) {
  EXPECT_EQ(errorOf(R"({"listeners":[{"name":"a"}]})"), "listeners[0].address: is missing");
  EXPECT_EQ(errorOf(R"({"listeners":[{"name":"","address":"1.2.3.4:80"}]})"),
            "listeners[0].name: must not be empty");
}

TEST(ConfigJsonTest, RefusesControlCharactersButInPem) {
  EXPECT_EQ(errorOf(R"({"rulesets":[{"name":"a","path":"x\u0000y"}]})"),
            "rulesets[0].path: must not contain control characters");
  EXPECT_EQ(errorOf(R"({"certificates":[{"name":"a","chain_pem":"a\nb\n"}]})"), "");
}

TEST(ConfigJsonTest, RefusesAFieldThatIsThereTwice) {
  EXPECT_EQ(errorOf(R"({"sites":[],"sites":[]})"), "field \"sites\" is there twice");
}

TEST(ConfigJsonTest, SaysWhereTheTextIsNotJson) {
  EXPECT_NE(errorOf("{\n\"sites\": [,]}").find("line 2, column 11"), std::string::npos);
}

TEST(ConfigJsonTest, AnOptionalNumberMayBeNull) {
  const auto site = parseSite({{"name", "a"},
                               {"hosts", {"*"}},
                               {"listeners", {"l"}},
                               {"upstream", "u"},
                               {"waf", {{"paranoia_level", nullptr}}}});
  ASSERT_TRUE(site) << site.error().message;
  EXPECT_FALSE(site->waf.paranoia_level.has_value());
  EXPECT_FALSE(toJson(*site)["waf"].contains("paranoia_level"));
}

TEST(ConfigSchemaTest, DescribesChoicesRangesAndRequiredFields) {
  const nlohmann::json schema = configSchema();
  const nlohmann::json& site = schema["properties"]["sites"]["items"];
  EXPECT_EQ(site["properties"]["waf"]["properties"]["mode"]["enum"],
            nlohmann::json({"Off", "DetectionOnly", "On"}));
  EXPECT_EQ(site["required"], nlohmann::json({"name", "hosts", "listeners", "upstream"}));
  EXPECT_EQ(schema["properties"]["settings"]["properties"]["workers"]["maximum"], 1024);
  EXPECT_EQ(site["additionalProperties"], false);
}

}  // namespace
}  // namespace db
