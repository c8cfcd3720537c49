#include <gtest/gtest.h>

#include <algorithm>

#include "tests/gateway/support/gateway_under_test.h"
#include "tests/gateway/support/test_authority.h"
#include "tests/support/wait_until.h"

namespace gateway {
namespace {

using testing::GatewayUnderTest;
using testing::RawClient;
using testing::statusOf;
using testing::TestAuthority;
using tests::waitUntil;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Gives a gateway a TLS listener and the site a certificate.
void useHttps(GatewayUnderTest* gateway, const db::CertificatePem& pem) {
  db::ListenerConfig https;
  https.name = "https";
  https.address = "127.0.0.1:0";
  https.tls = true;
  gateway->config.listeners.push_back(https);
  db::CertificateConfig certificate;
  certificate.name = "shop";
  certificate.chain_pem = pem.chain_pem;
  certificate.key_pem = pem.key_pem;
  gateway->config.certificates.push_back(certificate);
  gateway->site().listeners.emplace_back("https");
  gateway->site().certificates.emplace_back("shop");
}

TEST(TlsProxyTest, AnAnswerThatEndsTheConnectionIsOneSegmentWithTheEnd) {
  TestAuthority authority;
  GatewayUnderTest gateway;
  useHttps(&gateway, authority.issue({"shop.example"}));
  gateway.apply();
  uint32_t least = UINT32_MAX;  // the kernel may send one again
  for (int i = 0; i < 3; ++i) {
    RawClient client(gateway.port(1), "shop.example");
    ASSERT_TRUE(client.connected());
    client.send("GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(statusOf(client.readUntilClosed()), 200);
    least = std::min(least, client.segmentsReceived());
  }
  // Before it the flight of the handshake and the ticket.
  EXPECT_EQ(least, 3u);
}

// A gateway in front of another one, which is an upstream that speaks HTTPS.
struct HttpsUpstreamTest : ::testing::Test {
  HttpsUpstreamTest() {
    useHttps(&behind, authority.issue({"app.example"}));
    behind.site().hosts = {"*"};
    behind.config.settings.audit_log.mode = "all";
    behind.apply();
    app().endpoints = {{"127.0.0.1:" + std::to_string(behind.port(1)), 1, false}};
    app().tls.enabled = true;
    app().tls.server_name = "app.example";
    app().tls.ca_pem = authority.pem();
  }
  db::UpstreamConfig& app() { return front.config.upstreams.front(); }

  TestAuthority authority;
  GatewayUnderTest behind;
  GatewayUnderTest front;
};

TEST_F(HttpsUpstreamTest, ForwardsOverTlsOnConnectionsThatAreKept) {
  front.apply();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(statusOf(front.get("/")), 200);
  EXPECT_EQ(behind.events.last().tls_sni, "app.example");
  const auto events = behind.events.all();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events.front().client_port, events.back().client_port);
}

TEST_F(HttpsUpstreamTest, AFailedCheckIsABadGatewayWithAnEventThatSaysWhich) {
  app().tls.server_name = "other.example";
  front.apply();
  EXPECT_EQ(statusOf(front.get("/")), 502);
  const auto event = front.events.last();
  EXPECT_EQ(event.reason, waf::Reason::Upstream);
  EXPECT_TRUE(contains(event.detail, "name check failed")) << event.detail;
  EXPECT_TRUE(contains(event.detail, "tls.server_name")) << event.detail;
  EXPECT_TRUE(behind.upstream.requests().empty());
}

TEST_F(HttpsUpstreamTest, AChangeOfTheAuthorityIsInForceForKeptConnectionsToo) {
  front.apply();
  EXPECT_EQ(statusOf(front.get("/")), 200);
  app().tls.ca_pem = TestAuthority("Other").pem();
  front.apply();
  EXPECT_EQ(statusOf(front.get("/")), 502);
  app().tls.ca_pem = authority.pem();
  front.apply();
  EXPECT_EQ(statusOf(front.get("/")), 200);
}

TEST_F(HttpsUpstreamTest, WithoutTheCheckThereIsAnAlarm) {
  app().tls.verify = false;
  front.apply();
  EXPECT_EQ(statusOf(front.get("/")), 200);
  const auto alarms = front.gateway->status().alarms;
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_TRUE(contains(alarms.front(), "tls.verify is off")) << alarms.front();
}

TEST_F(HttpsUpstreamTest, TheProbeSaysWhatTheSettingsLeadTo) {
  front.apply();
  const std::string address = app().endpoints.front().address;
  const admin::UpstreamProbe good = front.gateway->probeUpstream(address, app());
  EXPECT_TRUE(good.ok) << good.message;
  EXPECT_TRUE(contains(good.message, "over TLS, GET / answered 200")) << good.message;
  db::UpstreamConfig other = app();
  other.tls.ca_pem.clear();
  const admin::UpstreamProbe bad = front.gateway->probeUpstream(address, other);
  EXPECT_FALSE(bad.ok);
  EXPECT_TRUE(contains(bad.message, "trust check failed")) << bad.message;
  EXPECT_FALSE(front.gateway->probeUpstream("127.0.0.1:1", {}).ok);
}

TEST_F(HttpsUpstreamTest, TheActiveCheckUsesIt) {
  app().health_check.enabled = true;
  app().health_check.interval_ms = 100;
  app().health_check.unhealthy_after = 1;
  app().tls.ca_pem = TestAuthority("Other").pem();
  front.apply();
  std::string detail;
  EXPECT_TRUE(waitUntil([&] {
    detail = front.gateway->status().endpoints.front().detail;
    return contains(detail, "trust check failed");
  })) << detail;
}

struct MutualTlsSiteTest : ::testing::Test {
  MutualTlsSiteTest() {
    useHttps(&gateway, authority.issue({"shop.example", "open.example"}));
    db::SiteConfig open = gateway.site();
    open.name = "open";
    open.hosts = {"open.example"};
    gateway.config.sites.push_back(open);
    gateway.site().client_certificates = {"require", "", authority.pem()};
    gateway.apply();
  }
  std::string ask(const std::string& server_name, const std::string& host) {
    RawClient client(gateway.port(1), server_name);
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.readResponse();
  }

  TestAuthority authority;
  GatewayUnderTest gateway;
};

TEST_F(MutualTlsSiteTest, RefusesWhoShowsNoCertificateWithAnEvent) {
  EXPECT_EQ(statusOf(ask("shop.example", "shop.example")), 403);
  EXPECT_EQ(gateway.events.last().reason, waf::Reason::Tls);
  EXPECT_TRUE(contains(gateway.events.last().detail, "showed no certificate"));
  EXPECT_EQ(gateway.events.last().site, "shop");
  EXPECT_FALSE(gateway.events.last().tls_ja4.empty());
  EXPECT_EQ(statusOf(gateway.get("/")), 403);  // in clear
  EXPECT_TRUE(gateway.upstream.requests().empty());
}

TEST_F(MutualTlsSiteTest, IsNotReachedOverAnotherSitesHandshake) {
  EXPECT_EQ(statusOf(ask("open.example", "open.example")), 200);
  EXPECT_EQ(statusOf(ask("open.example", "shop.example")), 421);
  EXPECT_EQ(statusOf(ask("", "shop.example")), 421);
  EXPECT_TRUE(contains(gateway.events.last().detail, "handshake did not ask"));
  EXPECT_EQ(gateway.upstream.requests().size(), 1u);
}

TEST_F(MutualTlsSiteTest, NobodyForgesTheFieldsOfACertificate) {
  gateway.site().client_certificates.mode = "optional";
  gateway.apply();
  RawClient client(gateway.port(1), "shop.example");
  client.send(
      "GET / HTTP/1.1\r\nHost: shop.example\r\nX-Client-Cert-Subject: CN=root\r\n"
      "x_client_cert_verify: SUCCESS\r\nX-CLIENT-CERT-Verify: SUCCESS\r\nX-Client: kept\r\n\r\n");
  EXPECT_EQ(statusOf(client.readResponse()), 200);
  const auto asked = gateway.upstream.requests().front();
  EXPECT_EQ(asked.header("X-Client-Cert-Verify"), "NONE");
  EXPECT_FALSE(asked.has("X-Client-Cert-Subject"));
  EXPECT_FALSE(asked.has("x_client_cert_verify"));
  EXPECT_EQ(asked.header("X-Client"), "kept");
}

struct ProxyProtocolTest : ::testing::Test {
  ProxyProtocolTest() {
    gateway.config.listeners.front().proxy_protocol_from = {"127.0.0.0/8"};
    gateway.site().access.deny = {"203.0.113.7"};
    gateway.apply();
  }
  std::string ask(const std::string& bytes) {
    RawClient client(gateway.port());
    client.send(bytes);
    return client.readResponse();
  }
  GatewayUnderTest gateway;
};

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";

TEST_F(ProxyProtocolTest, TheClientIsTheOneThatTheProxyNames) {
  EXPECT_EQ(statusOf(ask(std::string("PROXY TCP4 203.0.113.8 198.51.100.1 4711 80\r\n") + kGet)),
            200);
  EXPECT_EQ(gateway.upstream.requests().front().header("X-Forwarded-For"), "203.0.113.8");
  EXPECT_EQ(statusOf(ask(std::string("PROXY TCP4 203.0.113.7 198.51.100.1 4711 80\r\n") + kGet)),
            403);
  EXPECT_EQ(gateway.events.last().client_ip, "203.0.113.7");
  EXPECT_EQ(gateway.events.last().client_port, 4711);
  EXPECT_EQ(statusOf(ask(std::string("PROXY UNKNOWN\r\n") + kGet)), 200);
  EXPECT_EQ(gateway.upstream.requests().back().header("X-Forwarded-For"), "127.0.0.1");
}

TEST_F(ProxyProtocolTest, WithoutItTheConnectionEndsWithAnEvent) {
  EXPECT_EQ(ask(kGet), "");
  EXPECT_EQ(gateway.events.last().reason, waf::Reason::Protocol);
  EXPECT_TRUE(contains(gateway.events.last().detail, "PROXY protocol: "))
      << gateway.events.last().detail;
  EXPECT_TRUE(gateway.upstream.requests().empty());
}

TEST_F(ProxyProtocolTest, NobodyElseIsBelieved) {
  gateway.config.listeners.front().proxy_protocol_from = {"192.0.2.0/24"};
  gateway.apply();
  EXPECT_EQ(statusOf(ask(kGet)), 200);
  EXPECT_EQ(statusOf(ask(std::string("PROXY TCP4 203.0.113.8 198.51.100.1 4711 80\r\n") + kGet)),
            400);
}

TEST_F(ProxyProtocolTest, TheUpstreamIsToldWhoAskedOnAConnectionOfItsOwn) {
  GatewayUnderTest front;
  front.config.upstreams.front().endpoints = {
      {"127.0.0.1:" + std::to_string(gateway.port()), 1, false}};
  for (const char* version : {"v1", "v2"}) {
    front.config.upstreams.front().proxy_protocol = version;
    front.site().trusted_proxies = {"127.0.0.0/8"};
    front.apply();
    EXPECT_EQ(statusOf(front.get("/", "X-Forwarded-For: 203.0.113.7\r\n")), 403) << version;
    EXPECT_EQ(gateway.events.last().client_ip, "203.0.113.7");
    EXPECT_EQ(statusOf(front.get("/", "X-Forwarded-For: 203.0.113.8\r\n")), 200) << version;
    EXPECT_TRUE(front.gateway
                    ->probeUpstream(front.config.upstreams.front().endpoints.front().address,
                                    front.config.upstreams.front())
                    .ok);
  }
}

struct SiteTlsTest : ::testing::Test {
  SiteTlsTest() { useHttps(&gateway, TestAuthority().issue({"shop.example"})); }
  std::string askHttps(const std::string& target = "/") {
    RawClient client(gateway.port(1), "shop.example");
    client.send("GET " + target + " HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    return client.readResponse();
  }
  GatewayUnderTest gateway;
};

TEST_F(SiteTlsTest, HstsIsInEveryAnswerOverTlsAndInNoneWithout) {
  gateway.site().hsts = {31536000, true, true};
  gateway.site().access.deny = {"203.0.113.7"};
  gateway.site().trusted_proxies = {"127.0.0.0/8"};
  gateway.site().cache.enabled = true;
  gateway.upstream.setScript([](const auto&) {
    return testing::FakeUpstream::ok(
        "x", "Strict-Transport-Security: max-age=0\r\nCache-Control: max-age=60\r\n");
  });
  gateway.apply();
  const std::string field =
      "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n";
  for (int i = 0; i < 2; ++i) {  // from the upstream, then from the cache
    const std::string answer = askHttps();
    EXPECT_TRUE(contains(answer, field)) << answer;
    EXPECT_FALSE(contains(answer, "max-age=0")) << answer;
  }
  RawClient denied(gateway.port(1), "shop.example");
  denied.send("GET / HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");
  const std::string refused = denied.readResponse();
  EXPECT_EQ(statusOf(refused), 403);
  EXPECT_TRUE(contains(refused, field)) << refused;
  EXPECT_FALSE(contains(gateway.get("/"), "Strict-Transport-Security"));
}

TEST_F(SiteTlsTest, ForwardedIsBelievedWhereTheSiteSaysSo) {
  gateway.site().trusted_proxies = {"127.0.0.0/8"};
  gateway.site().forwarded_field = "forwarded";
  gateway.apply();
  gateway.get("/",
              "Forwarded: for=6.6.6.6, for=203.0.113.9\r\nX-Forwarded-For: 6.6.6.6\r\n"
              "X-Forwarded-Proto: https\r\n");
  const auto asked = gateway.upstream.requests().front();
  EXPECT_EQ(asked.header("X-Real-IP"), "203.0.113.9");
  EXPECT_EQ(asked.header("X-Forwarded-For"), "203.0.113.9, 127.0.0.1");
  EXPECT_EQ(asked.header("X-Forwarded-Proto"), "http");
}

// How many connections the events tell of.
size_t connectionsTold(const std::vector<waf::AuditEvent>& events) {
  size_t told = 0;
  for (const waf::AuditEvent& event : events) {
    EXPECT_EQ(event.reason, waf::Reason::Limit);
    EXPECT_TRUE(contains(event.detail, "per_address")) << event.detail;
    const size_t at = event.detail.find(" since the last such event");
    if (at == std::string::npos) {
      ++told;
    } else {
      told += std::stoul(event.detail.substr(event.detail.rfind("; ", at) + 2));
    }
  }
  return told;
}

TEST_F(SiteTlsTest, ConnectionsBeyondTheLimitAreClosedAndTold) {
  gateway.config.settings.connections.per_address = 1;
  gateway.apply();
  const auto start = std::chrono::steady_clock::now();
  {
    RawClient first(gateway.port());
    first.send(kGet);
    EXPECT_EQ(statusOf(first.readResponse()), 200);
    for (int i = 0; i < 3; ++i) {
      RawClient second(gateway.port());
      EXPECT_TRUE(second.closedByPeer());
    }
    EXPECT_EQ(gateway.gateway->status().connections_refused, 3u);
    EXPECT_TRUE(waitUntil([&] { return connectionsTold(gateway.events.all()) >= 3; }));
    EXPECT_EQ(connectionsTold(gateway.events.all()), 3u);
    // One a second tells of all that came since the last.
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    EXPECT_LE(gateway.events.all().size(), 2 + static_cast<size_t>(passed.count()));
  }
  EXPECT_TRUE(waitUntil([&] { return gateway.gateway->status().connections == 0; }));
  EXPECT_EQ(statusOf(gateway.get("/")), 200);
}

}  // namespace
}  // namespace gateway
