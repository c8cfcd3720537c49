// @geoLookup against a database that the test writes itself (MaxMind DB file format 2.0: a binary
// tree of 24-bit records, 16 zero bytes, the data, a marker, the metadata).
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/waf/support/engine_harness.h"
#include "waf/operators/country_codes.h"

namespace waf {
namespace {

constexpr uint32_t kNodes = 24;  // of one IPv4 network with a prefix of 24 bits

std::string text(const std::string& value) {
  return std::string(1, static_cast<char>(2 << 5 | static_cast<int>(value.size()))) + value;
}

std::string number(int type, uint32_t value, int bytes) {
  std::string out(1, static_cast<char>(type << 5 | bytes));
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
  return out;
}

std::string map(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out(1, static_cast<char>(7 << 5 | static_cast<int>(members.size())));
  for (const auto& [name, value] : members) out += text(name) + value;
  return out;
}

std::string list(const std::vector<std::string>& members) {
  std::string out{static_cast<char>(members.size()), '\x04'};  // an extended type: 7 + 4
  for (const std::string& member : members) out += member;
  return out;
}

std::string real(double value) {
  uint64_t bits = 0;
  static_assert(sizeof(bits) == sizeof(value));
  std::memcpy(&bits, &value, sizeof(bits));
  std::string out(1, static_cast<char>(3 << 5 | 8));
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bits >> shift));
  return out;
}

std::string record(uint32_t value) {
  return {static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

// 192.0.2.0/24 → `data`, everything else is unknown.
std::string database(const std::string& data) {
  constexpr uint32_t kNetwork = 0xC0000200;
  std::string tree;
  for (uint32_t node = 0; node < kNodes; ++node) {
    const bool right = (kNetwork >> (31 - node)) & 1u;
    const uint32_t next = node + 1 < kNodes ? node + 1 : kNodes + 16;
    tree += record(right ? kNodes : next) + record(right ? next : kNodes);
  }
  const std::string meta = map({{"node_count", number(6, kNodes, 4)},
                                {"record_size", number(5, 24, 2)},
                                {"ip_version", number(5, 4, 2)},
                                {"database_type", text("Test-City")},
                                {"languages", list({text("en")})},
                                {"binary_format_major_version", number(5, 2, 2)},
                                {"binary_format_minor_version", number(5, 0, 2)},
                                {"build_epoch", std::string("\x04\x02\x5f\x00\x00\x00", 6)},
                                {"description", map({{"en", text("test")}})}});
  return tree + std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com" + meta;
}

class GeoTest : public ::testing::Test {
 protected:
  void SetUp() override { write("XY"); }
  void write(const std::string& country) {
    path_ = std::filesystem::temp_directory_path() /
            ("portcullis-geo-" + std::to_string(::getpid()) + ".mmdb");
    const auto named = [](const std::string& name) { return map({{"en", text(name)}}); };
    std::ofstream(path_, std::ios::binary) << database(
        map({{"country", map({{"iso_code", text(country)}, {"names", named("Xyland")}})},
             {"continent", map({{"code", text("EU")}})},
             {"city", map({{"names", named("Xytown")}})},
             {"postal", map({{"code", text("12345")}})},
             {"location", map({{"latitude", real(1.5)},
                               {"longitude", real(-2.5)},
                               {"metro_code", number(5, 807, 2)}})},
             {"subdivisions", list({map({{"iso_code", text("XA")}})})}}));
  }
  void TearDown() override { std::filesystem::remove(path_); }

  TestOutcome run(const std::string& rules, const std::string& ip) {
    TestRequest request;
    request.client_ip = ip;
    return runRequest(
        loadRules("SecRuleEngine On\nSecGeoLookupDb " + path_.string() + "\n" + rules), request);
  }
  std::filesystem::path path_;
};

const std::string kLookUp = "SecRule REMOTE_ADDR \"@geoLookup\" \"id:1,phase:1,deny,chain\"\n";

TEST_F(GeoTest, ChainsOnTheCountryOfAnAddress) {
  const std::string rules = kLookUp + "SecRule GEO:COUNTRY_CODE \"@streq XY\"";
  EXPECT_TRUE(run(rules, "192.0.2.77").interrupted);
  EXPECT_FALSE(run(rules, "192.0.3.1").interrupted);
  EXPECT_FALSE(run(kLookUp + "SecRule GEO:COUNTRY_CODE \"@streq ZZ\"", "192.0.2.77").interrupted);
}

TEST_F(GeoTest, FillsTheWholeCollection) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"COUNTRY_NAME", "Xyland"},
           {"COUNTRY_CONTINENT", "EU"},
           {"REGION", "XA"},
           {"CITY", "Xytown"},
           {"POSTAL_CODE", "12345"},
           {"DMA_CODE", "807"},
       }) {
    EXPECT_TRUE(
        run(kLookUp + "SecRule GEO:" + name + " \"@streq " + value + "\"", "192.0.2.1").interrupted)
        << name;
  }
  EXPECT_TRUE(run(kLookUp + "SecRule GEO:LATITUDE \"@beginsWith 1.5\"", "192.0.2.1").interrupted);
  EXPECT_TRUE(run(kLookUp + "SecRule GEO:LONGITUDE \"@beginsWith -2.5\"", "192.0.2.1").interrupted);
}

TEST_F(GeoTest, ThreeLettersAreMadeOfTwo) {
  write("DE");
  EXPECT_TRUE(run(kLookUp + "SecRule GEO:COUNTRY_CODE3 \"@streq DEU\"", "192.0.2.1").interrupted);
  write("XY");  // no country
  EXPECT_TRUE(run(kLookUp + "SecRule &GEO:COUNTRY_CODE3 \"@eq 0\"", "192.0.2.1").interrupted);
  EXPECT_TRUE(run(kLookUp + "SecRule &GEO:AREA_CODE \"@eq 0\"", "192.0.2.1").interrupted);
}

TEST(CountryCodesTest, FollowIso3166) {
  EXPECT_EQ(countryCode3("AD"), "AND");
  EXPECT_EQ(countryCode3("US"), "USA");
  EXPECT_EQ(countryCode3("ZW"), "ZWE");
  EXPECT_EQ(countryCode3("KM"), "COM");
  EXPECT_EQ(countryCode3("us"), "");
  EXPECT_EQ(countryCode3("XX"), "");
  EXPECT_EQ(countryCode3("USA"), "");
}

TEST_F(GeoTest, ADatabaseThatIsNoneIsRefusedAtLoad) {
  std::ofstream(path_) << "no database";
  const auto loaded =
      RuleSet::loadText("SecGeoLookupDb " + path_.string() +
                        "\nSecRule REMOTE_ADDR \"@geoLookup\" \"id:1,phase:1,deny\"");
  ASSERT_EQ(loaded.rule_set, nullptr);
  EXPECT_EQ(loaded.diagnostics.front().line, 2);
}

}  // namespace
}  // namespace waf
