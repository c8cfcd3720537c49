#include <gtest/gtest.h>

#include <atomic>

#include "tests/gateway/support/gateway_under_test.h"
#include "tests/support/wait_until.h"

namespace gateway {
namespace {

using testing::bodyOf;
using testing::FakeUpstream;
using testing::GatewayUnderTest;
using testing::RawClient;
using testing::statusOf;
using tests::waitUntil;

constexpr const char* kBlockAttack =
    "SecRuleEngine On\nSecRequestBodyAccess On\n"
    "SecRule ARGS \"@contains attack\" \"id:100,phase:2,deny,status:403,log,msg:'an attack'\"\n";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct ProxyTest : ::testing::Test {
  GatewayUnderTest under_test;
};

TEST_F(ProxyTest, ForwardsAndAnswers) {
  under_test.apply();
  const std::string response = under_test.get("/a?b=c");
  EXPECT_EQ(statusOf(response), 200);
  EXPECT_EQ(bodyOf(response), "hello");
  EXPECT_TRUE(contains(response, "X-Request-Id: "));
  ASSERT_EQ(under_test.upstream.requests().size(), 1u);
  const auto request = under_test.upstream.requests().front();
  EXPECT_EQ(request.target(), "/a?b=c");
  EXPECT_EQ(request.header("Host"), "shop.example");
  EXPECT_EQ(request.header("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(request.header("X-Forwarded-Proto"), "http");
  EXPECT_EQ(request.header("Via"), "1.1 portcullis");
}

TEST_F(ProxyTest, DoesNotBelieveAStrangersForwardedFields) {
  under_test.apply();
  under_test.get("/",
                 "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n");
  const auto request = under_test.upstream.requests().front();
  EXPECT_EQ(request.header("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(request.header("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(request.header("X-Forwarded-Proto"), "http");
}

TEST_F(ProxyTest, TakesTheClientFromATrustedProxy) {
  under_test.site().trusted_proxies = {"127.0.0.0/8"};
  under_test.site().access.deny = {"203.0.113.7"};
  under_test.apply();
  EXPECT_EQ(statusOf(under_test.get("/", "X-Forwarded-For: 203.0.113.7\r\n")), 403);
  EXPECT_EQ(under_test.events.last().client_ip, "203.0.113.7");
}

TEST_F(ProxyTest, BlocksWithAPageThatCarriesTheEventsId) {
  under_test.useRules(kBlockAttack);
  under_test.apply();
  const std::string response = under_test.get("/?q=attack");
  EXPECT_EQ(statusOf(response), 403);
  const waf::AuditEvent event = under_test.events.last();
  EXPECT_TRUE(contains(bodyOf(response), event.id));
  EXPECT_EQ(event.decision, waf::Decision::Blocked);
  EXPECT_EQ(event.reason, waf::Reason::Waf);
  EXPECT_EQ(event.status, 403);
  ASSERT_EQ(event.rules.size(), 1u);
  EXPECT_EQ(event.rules.front().id, 100);
  EXPECT_TRUE(under_test.upstream.requests().empty());
}

TEST_F(ProxyTest, InspectsABody) {
  under_test.useRules(kBlockAttack);
  under_test.apply();
  const std::string head =
      "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Type: "
      "application/x-www-form-urlencoded\r\n";
  EXPECT_EQ(statusOf(under_test.ask(head + "Content-Length: 8\r\n\r\nq=attack")), 403);
  EXPECT_EQ(statusOf(under_test.ask(
                head + "Transfer-Encoding: chunked\r\n\r\n4\r\nq=at\r\n4\r\ntack\r\n0\r\n\r\n")),
            403);
  EXPECT_EQ(statusOf(under_test.ask(head + "Content-Length: 8\r\n\r\nq=benign")), 200);
  EXPECT_EQ(under_test.upstream.requests().back().body, "q=benign");
}

TEST_F(ProxyTest, DetectsOnlyWhereTheSiteSaysSo) {
  under_test.useRules(kBlockAttack);
  under_test.site().waf.mode = "DetectionOnly";
  under_test.apply();
  EXPECT_EQ(statusOf(under_test.get("/?q=attack")), 200);
  EXPECT_EQ(under_test.events.last().decision, waf::Decision::Detected);
}

TEST_F(ProxyTest, AChangeOfModeIsInForceOnTheNextRequestOfAnOpenConnection) {
  under_test.useRules(kBlockAttack);
  under_test.site().waf.mode = "DetectionOnly";
  under_test.apply();
  const std::string request = "GET /?q=attack HTTP/1.1\r\nHost: shop.example\r\n\r\n";
  RawClient client(under_test.port());
  client.send(request);
  EXPECT_EQ(statusOf(client.readResponse()), 200);
  under_test.site().waf.mode = "On";
  under_test.apply();
  client.send(request);
  EXPECT_EQ(statusOf(client.readResponse()), 403);
}

TEST_F(ProxyTest, BlocksAResponseBody) {
  under_test.useRules(
      "SecRuleEngine On\nSecResponseBodyAccess On\nSecResponseBodyMimeType text/plain\n"
      "SecRule RESPONSE_BODY \"@contains secret\" \"id:200,phase:4,deny,status:403,log,msg:'a "
      "leak'\"\n");
  under_test.apply();
  under_test.upstream.setScript(
      [](const auto&) { return FakeUpstream::ok("the secret", "Content-Type: text/plain\r\n"); });
  const std::string response = under_test.get("/");
  EXPECT_EQ(statusOf(response), 403);
  EXPECT_FALSE(contains(response, "the secret"));
}

TEST_F(ProxyTest, EveryRefusalIsAnEvent) {
  under_test.apply();
  EXPECT_EQ(statusOf(under_test.ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")), 400);
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Protocol);
  EXPECT_EQ(statusOf(under_test.ask("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")), 421);
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Protocol);
  EXPECT_EQ(statusOf(under_test.ask("TRACE / HTTP/1.1\r\nHost: shop.example\r\n\r\n")), 405);
  EXPECT_EQ(statusOf(under_test.get("/" + std::string(40000, 'a'))), 414);
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Limit);
  EXPECT_EQ(under_test.events.all().size(), 4u);
  EXPECT_FALSE(under_test.events.last().detail.empty());
}

TEST_F(ProxyTest, RefusesByRateWithRetryAfter) {
  under_test.site().rate_limit = {.enabled = true, .requests = 1, .window_ms = 60000};
  under_test.apply();
  EXPECT_EQ(statusOf(under_test.get("/")), 200);
  const std::string refused = under_test.get("/");
  EXPECT_EQ(statusOf(refused), 429);
  EXPECT_TRUE(contains(refused, "Retry-After: "));
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Rate);
}

TEST_F(ProxyTest, FailsOverToAnotherEndpoint) {
  under_test.config.upstreams.front().endpoints.insert(
      under_test.config.upstreams.front().endpoints.begin(),
      {"127.0.0.1:" + std::to_string(testing::unusedPort()), 1, false});
  under_test.apply();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(statusOf(under_test.get("/")), 200);
}

TEST_F(ProxyTest, SaysBadGatewayWithAnEventWhenNobodyAnswers) {
  under_test.config.upstreams.front().endpoints = {
      {"127.0.0.1:" + std::to_string(testing::unusedPort()), 1, false}};
  under_test.apply();
  EXPECT_EQ(statusOf(under_test.get("/")), 502);
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Upstream);
  EXPECT_FALSE(under_test.events.last().upstream.empty());
}

TEST_F(ProxyTest, SendsAPostOnlyOnce) {
  under_test.upstream.setScript(
      [](const auto&) { return FakeUpstream::raw("", FakeUpstream::Answer::Then::Close); });
  under_test.apply();
  EXPECT_EQ(statusOf(under_test.ask(
                "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1\r\n\r\nx")),
            502);
  EXPECT_EQ(under_test.upstream.requests().size(), 1u);
}

TEST_F(ProxyTest, HidesTheUpstream) {
  under_test.upstream.setScript([this](const auto&) {
    return FakeUpstream::raw(
        "HTTP/1.1 302 Found\r\nServer: origin\r\nX-Powered-By: php\r\nLocation: http://" +
        under_test.upstream.address() + "/next\r\nContent-Length: 0\r\n\r\n");
  });
  under_test.apply();
  const std::string response = under_test.get("/");
  EXPECT_FALSE(contains(response, "origin"));
  EXPECT_FALSE(contains(response, "php"));
  EXPECT_TRUE(contains(response, "Location: http://shop.example/next\r\n"));
}

TEST_F(ProxyTest, PassesAnEventStreamOnPieceByPiece) {
  under_test.useRules(kBlockAttack);
  std::atomic<bool> arrived{false};
  under_test.upstream.setScript([&arrived](const auto&) {
    FakeUpstream::Answer answer;
    answer.pieces = {
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        "6\r\ndata:1\r\n", "0\r\n\r\n"};
    answer.before_last = [&arrived] {
      EXPECT_TRUE(waitUntil([&] { return arrived.load(); })) << "the client waits for the end";
    };
    return answer;
  });
  under_test.apply();
  RawClient client(under_test.port());
  client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  EXPECT_TRUE(contains(client.readUntil("data:1"), "data:1"));
  arrived = true;
  EXPECT_TRUE(contains(client.readUntil("0\r\n\r\n"), "0\r\n\r\n"));
}

TEST_F(ProxyTest, AnswersPipelinedRequestsInOrder) {
  under_test.upstream.setScript(
      [](const auto& request) { return FakeUpstream::ok(request.target()); });
  under_test.apply();
  RawClient client(under_test.port());
  client.send(
      "GET /1 HTTP/1.1\r\nHost: shop.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  EXPECT_EQ(bodyOf(client.readResponse()), "/1");
  EXPECT_EQ(bodyOf(client.readResponse()), "/2");
}

TEST_F(ProxyTest, RelaysAWebSocketBothWays) {
  under_test.upstream.setScript([](const auto&) {
    return FakeUpstream::raw(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
        "websocket\r\n\r\nfrom-origin",
        FakeUpstream::Answer::Then::Close);
  });
  under_test.apply();
  RawClient client(under_test.port());
  client.send(
      "GET /ws HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: "
      "websocket\r\n\r\n");
  const std::string response = client.readUntilClosed();
  EXPECT_EQ(statusOf(response), 101);
  EXPECT_TRUE(contains(response, "from-origin"));
}

TEST_F(ProxyTest, RedirectsToHttps) {
  under_test.site().redirect_to_https = true;
  under_test.apply();
  const std::string response = under_test.get("/a?b");
  EXPECT_EQ(statusOf(response), 308);
  EXPECT_TRUE(contains(response, "Location: https://shop.example/a?b\r\n"));
}

TEST_F(ProxyTest, ServesTheSecondRequestFromTheCache) {
  under_test.site().cache.enabled = true;
  under_test.upstream.setScript([](const auto&) {
    return FakeUpstream::ok("page", "Cache-Control: max-age=60\r\nETag: \"a\"\r\n");
  });
  under_test.apply();
  EXPECT_TRUE(contains(under_test.get("/"), "Cache-Status: portcullis; fwd=uri-miss; stored"));
  const std::string second = under_test.get("/");
  EXPECT_TRUE(contains(second, "Cache-Status: portcullis; hit"));
  EXPECT_EQ(bodyOf(second), "page");
  EXPECT_EQ(statusOf(under_test.get("/", "If-None-Match: \"a\"\r\n")), 304);
  EXPECT_EQ(under_test.upstream.requests().size(), 1u);
  EXPECT_EQ(under_test.gateway->status().sites.front().cache_hits, 2u);
  ASSERT_TRUE(under_test.gateway->purgeCache("shop").has_value());
  under_test.get("/");
  EXPECT_EQ(under_test.upstream.requests().size(), 2u);
}

TEST_F(ProxyTest, RevalidatesWhatIsStale) {
  under_test.site().cache.enabled = true;
  under_test.upstream.setScript([](const auto& request) {
    if (request.header("If-None-Match") == "\"a\"") {
      return FakeUpstream::raw(
          "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nCache-Control: no-cache\r\n\r\n");
    }
    return FakeUpstream::ok("page", "Cache-Control: no-cache\r\nETag: \"a\"\r\n");
  });
  under_test.apply();
  under_test.get("/");
  const std::string second = under_test.get("/");
  EXPECT_EQ(statusOf(second), 200);
  EXPECT_EQ(bodyOf(second), "page");
  EXPECT_TRUE(contains(second, "fwd-status=304"));
}

TEST_F(ProxyTest, ANewListenerOpensAndARemovedOneCloses) {
  under_test.apply();
  under_test.config.listeners.push_back({"second", "127.0.0.1:0", false});
  under_test.site().listeners = {"http", "second"};
  under_test.apply();
  const uint16_t second = under_test.port(1);
  RawClient client(second);
  client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  EXPECT_EQ(statusOf(client.readResponse()), 200);
  under_test.config.listeners.pop_back();
  under_test.site().listeners = {"http"};
  under_test.apply();
  EXPECT_EQ(under_test.gateway->status().listeners.size(), 1u);
}

TEST_F(ProxyTest, AListenerThatIsTakenIsAConflict) {
  under_test.apply();
  GatewayUnderTest other;
  other.config.listeners.front().address = "127.0.0.1:" + std::to_string(under_test.port());
  admin::PrepareFailure failure;
  EXPECT_EQ(other.gateway->prepare(other.config, &failure), nullptr);
  EXPECT_EQ(failure.error.code, waf::ErrorCode::Conflict);
}

TEST_F(ProxyTest, DrainsWhileClientsAreIdle) {
  under_test.apply();
  RawClient client(under_test.port());
  client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  EXPECT_EQ(statusOf(client.readResponse()), 200);
  EXPECT_TRUE(under_test.gateway->drain(tests::kPatience));
  EXPECT_TRUE(client.closedByPeer());
}

}  // namespace
}  // namespace gateway
