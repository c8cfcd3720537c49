#include "db/config/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/db/support/config_sample.h"

namespace db {
namespace {

std::string messageOf(const Config& config) {
  const auto result = validate(config);
  return result ? "" : result.error().message;
}

TEST(ValidateTest, AcceptsTheSample) { EXPECT_EQ(messageOf(sampleConfig()), ""); }

TEST(ValidateTest, AHostIsTakenByAnotherSiteOnTheSameListener) {
  Config config = sampleConfig();
  SiteConfig blog = config.sites[0];
  blog.name = "blog";
  blog.hosts = {"SHOP.example"};
  config.sites.push_back(blog);
  EXPECT_EQ(messageOf(config),
            "site \"blog\": host \"SHOP.example\" is taken by site \"shop\" on listener \"http\"; "
            "remove it there first");
}

TEST(ValidateTest, TheSameHostMayLiveOnAnotherListener) {
  Config config = sampleConfig();
  config.listeners.push_back({"internal", "127.0.0.1:8081", false});
  SiteConfig blog = config.sites[0];
  blog.name = "blog";
  blog.listeners = {"internal"};
  config.sites.push_back(blog);
  EXPECT_EQ(messageOf(config), "");
}

TEST(ValidateTest, ReferencesToNothingAreRefused) {
  Config config = sampleConfig();
  config.sites[0].upstream = "nope";
  EXPECT_EQ(messageOf(config), "site \"shop\": upstream \"nope\" does not exist; add it first");
  config = sampleConfig();
  config.sites[0].waf.rulesets = {"x"};
  EXPECT_EQ(messageOf(config), "site \"shop\": rule set \"x\" does not exist; add it first");
  config = sampleConfig();
  config.sites[0].certificates = {"y"};
  EXPECT_EQ(messageOf(config), "site \"shop\": certificate \"y\" does not exist; add it first");
  config = sampleConfig();
  config.sites[0].listeners = {"z", "https"};
  EXPECT_EQ(messageOf(config), "site \"shop\": listener \"z\" does not exist; add it first");
}

TEST(ValidateTest, AnHttpsSiteNeedsACertificate) {
  Config config = sampleConfig();
  config.sites[0].certificates.clear();
  EXPECT_THAT(messageOf(config), testing::HasSubstr("the site has no certificate; choose one"));
}

TEST(ValidateTest, DuplicateNamesAreRefused) {
  Config config = sampleConfig();
  config.upstreams.push_back(config.upstreams[0]);
  EXPECT_EQ(messageOf(config),
            "upstream \"app\": there is another upstream of this name; choose a different one");
}

TEST(ValidateTest, NamesStayHarmlessInUrlsAndFiles) {
  Config config = sampleConfig();
  config.rulesets[0].name = "../x";
  config.sites[0].waf.rulesets = {"../x"};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("name may have letters"));
}

TEST(ValidateTest, NetworksMustParse) {
  Config config = sampleConfig();
  config.sites[0].access.deny = {"10.0.0.0/33"};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("at most 32"));
  EXPECT_EQ(findProblems(config)[0].path, "sites[0].access.deny");
}

TEST(ValidateTest, AllBackupsMeansNoEndpoint) {
  Config config = sampleConfig();
  for (EndpointConfig& endpoint : config.upstreams[0].endpoints) endpoint.backup = true;
  EXPECT_THAT(messageOf(config), testing::HasSubstr("every endpoint is a backup"));
}

TEST(ValidateTest, CountsTheOtherProblems) {
  Config config = sampleConfig();
  config.sites[0].upstream = "nope";
  config.sites[0].hosts = {"http://x"};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("(and 1 more)"));
}

TEST(ValidateTest, CompressionNamesWhatItCan) {
  const auto with = [](CompressionConfig compression) {
    Config config = sampleConfig();
    config.sites[0].compression = std::move(compression);
    return messageOf(config);
  };
  EXPECT_EQ(with({.enabled = true}), "");
  EXPECT_THAT(with({.codings = {"gzip", "deflate"}}), testing::HasSubstr("\"deflate\" is not one"));
  EXPECT_THAT(with({.codings = {"br", "br"}}), testing::HasSubstr("is there twice"));
  EXPECT_THAT(with({.enabled = true, .codings = {}}), testing::HasSubstr("has no coding"));
  EXPECT_THAT(with({.types = {"text"}}), testing::HasSubstr("\"text\" is no media type"));
}

TEST(CheckAddressTest, AcceptsHostsAddressesAndPorts) {
  for (const char* address :
       {"127.0.0.1:80", "[::1]:443", "app.internal:9000", "my_app:1", "localhost:65535"}) {
    EXPECT_EQ(checkAddress(address, false), "") << address;
  }
  EXPECT_EQ(checkAddress("127.0.0.1:0", true), "");
}

TEST(CheckAddressTest, SaysHowToMendIt) {
  EXPECT_EQ(checkAddress("127.0.0.1", false),
            "address \"127.0.0.1\" has no port; write 127.0.0.1:80 with your port");
  EXPECT_EQ(checkAddress("http://127.0.0.1:9000/", false),
            "address \"http://127.0.0.1:9000/\" is a URL; write host:port, such as 127.0.0.1:9000");
  EXPECT_THAT(checkAddress("::1", false), testing::HasSubstr("[::1]:443"));
  EXPECT_THAT(checkAddress("a:99999", false), testing::HasSubstr("not a port"));
  EXPECT_THAT(checkAddress("a:0", false), testing::HasSubstr("not a port"));
  EXPECT_THAT(checkAddress(":80", false), testing::HasSubstr("has no host"));
  EXPECT_THAT(checkAddress("10.0.0.256:80", false), testing::HasSubstr("is not an IP address"));
  EXPECT_THAT(checkAddress("bad host:80", false), testing::HasSubstr("no host name may have"));
  EXPECT_THAT(checkAddress("2001:db8::1:80:x", false), testing::HasSubstr("not a port"));
  EXPECT_THAT(checkAddress("[zz]:80", false), testing::HasSubstr("not an IPv6"));
}

TEST(CheckHostTest, AcceptsNamesAndWildcards) {
  for (const char* host : {"*", "shop.example", "*.shop.example", "localhost", "127.0.0.1", "[::1]",
                           "xn--bcher-kva.example"}) {
    EXPECT_EQ(checkHost(host), "") << host;
  }
}

TEST(CheckHostTest, RefusesTheRest) {
  for (const char* host : {"", "a..b", "-a.example", "shop.*", "*.*", "shop.example:80",
                           "https://a", "a/b", "bücher.example", "a b", "*.10.0.0.1", "1.2.3"}) {
    EXPECT_NE(checkHost(host), "") << host;
  }
}

TEST(ValidateTest, AnEndpointMayBeAUnixSocket) {
  Config config = sampleConfig();
  config.upstreams[0].endpoints = {{"unix:/run/app.sock", 1, false}};
  EXPECT_EQ(messageOf(config), "");
  for (const std::string address : {"unix:run/app.sock", "unix:", "unix:/"}) {
    config.upstreams[0].endpoints[0].address = address;
    EXPECT_THAT(messageOf(config), testing::HasSubstr("such as unix:/run/app.sock")) << address;
  }
  config.upstreams[0].endpoints[0].address = "unix:/" + std::string(107, 'x');
  EXPECT_THAT(messageOf(config), testing::HasSubstr("at most 107 bytes"));
}

TEST(ValidateTest, TlsOfAnUpstreamNamesWhatIsThere) {
  Config config = sampleConfig();
  config.upstreams[0].tls.client_certificate = "gone";
  EXPECT_EQ(messageOf(config),
            "upstream \"app\": certificate \"gone\" does not exist; add it first");
  config.upstreams[0].tls.client_certificate = "demo";
  config.upstreams[0].tls.server_name = "*.example";
  EXPECT_THAT(messageOf(config), testing::HasSubstr("write one name"));
  config.upstreams[0].tls.server_name = "app.example";
  EXPECT_EQ(messageOf(config), "");
}

TEST(ValidateTest, ClientCertificatesNeedAnAuthorityAndHttps) {
  Config config = sampleConfig();
  config.sites[0].client_certificates.mode = "require";
  EXPECT_THAT(messageOf(config), testing::HasSubstr("give ca_pem"));
  config.sites[0].client_certificates.ca_pem = "pem";
  EXPECT_EQ(messageOf(config), "");
  config.sites[0].listeners = {"http"};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("no HTTPS listener"));
}

TEST(ValidateTest, HstsNeedsHttpsAndPreloadALongTime) {
  Config config = sampleConfig();
  config.sites[0].hsts = {3600, false, true};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("31536000"));
  config.sites[0].hsts = {31536000, true, true};
  EXPECT_EQ(messageOf(config), "");
  config.sites[0].listeners = {"http"};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("no HTTPS listener"));
}

TEST(ValidateTest, GrpcNeedsAnUpstreamOverHttp2) {
  Config config = sampleConfig();
  config.sites[0].grpc = true;
  EXPECT_THAT(messageOf(config), testing::HasSubstr("to h2 or h2c"));
  config.upstreams[0].protocol = "h2c";
  EXPECT_EQ(messageOf(config), "");
}

TEST(ValidateTest, ProxiesOfAListenerAreNetworks) {
  Config config = sampleConfig();
  config.listeners[0].proxy_protocol_from = {"10.0.0.0/8", "banana"};
  EXPECT_THAT(messageOf(config), testing::HasSubstr("listener \"http\": "));
}

}  // namespace
}  // namespace db
