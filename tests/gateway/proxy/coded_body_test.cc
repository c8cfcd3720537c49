// Compressed bodies over the wire: inspected without their coding, forwarded as they came.
#include <gtest/gtest.h>

#include "tests/gateway/support/gateway_under_test.h"
#include "tests/waf/support/compressed.h"

namespace gateway {
namespace {

using testing::bodyOf;
using testing::FakeUpstream;
using testing::GatewayUnderTest;
using testing::statusOf;

constexpr const char* kRules =
    "SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess On\n"
    "SecResponseBodyMimeType text/plain\nSecRequestBodyNoFilesLimit 100000000\n"
    "SecRule ARGS \"@contains attack\" \"id:100,phase:2,deny,status:403,log,msg:'an attack'\"\n"
    "SecRule RESPONSE_BODY \"@contains secret\" \"id:200,phase:4,deny,status:403,log\"\n";

struct CodedBodyTest : ::testing::Test {
  CodedBodyTest() {
    under_test.useRules(kRules);
    under_test.apply();
  }
  std::string post(const std::string& coding, const std::string& body,
                   const std::string& charset = "") {
    return under_test.ask(
        "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Type: "
        "application/x-www-form-urlencoded" +
        charset + "\r\nContent-Encoding: " + coding +
        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  GatewayUnderTest under_test;
};

TEST_F(CodedBodyTest, AnAttackIsFoundAndABenignBodyGoesOnAsItCame) {
  EXPECT_EQ(statusOf(post("gzip", waf::test::gzip("q=attack"))), 403);
  EXPECT_EQ(statusOf(post("gzip, br", waf::test::brotli(waf::test::gzip("q=attack")))), 403);
  const std::string benign = waf::test::gzip("q=benign");
  EXPECT_EQ(statusOf(post("gzip", benign)), 200);
  EXPECT_EQ(under_test.upstream.requests().back().body, benign);
  EXPECT_EQ(under_test.upstream.requests().back().header("Content-Encoding"), "gzip");
}

TEST_F(CodedBodyTest, WhatCannotBeReadIsRefusedWithAnEvent) {
  const std::string body = waf::test::gzip("q=benign");
  const struct {
    std::string coding;
    std::string body;
    int status;
  } cases[] = {{"zstd", body, 415},
               {"gzip", body.substr(0, body.size() - 3), 400},
               {"gzip", body + "x", 400},
               {"br", waf::test::brotli(std::string(8 << 20, 'x')), 413}};
  size_t events = 0;
  for (const auto& c : cases) {
    EXPECT_EQ(statusOf(post(c.coding, c.body)), c.status) << c.coding;
    ASSERT_EQ(under_test.events.all().size(), ++events) << c.coding;
    const waf::AuditEvent event = under_test.events.last();
    EXPECT_EQ(event.reason, waf::Reason::Fault);
    EXPECT_EQ(event.decision, waf::Decision::Blocked);
    EXPECT_NE(event.detail.find(c.coding), std::string::npos) << event.detail;
  }
  EXPECT_TRUE(under_test.upstream.requests().empty());
}

TEST_F(CodedBodyTest, TheFailurePolicyDecides) {
  under_test.site().waf.failure_policy = "open";
  under_test.apply();
  EXPECT_EQ(statusOf(post("zstd", "xyz")), 200);
  EXPECT_EQ(under_test.upstream.requests().back().body, "xyz");
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Fault);
  EXPECT_NE(under_test.events.last().decision, waf::Decision::Blocked);
}

TEST_F(CodedBodyTest, ACharsetThatHidesTheTextIsRefused) {
  EXPECT_EQ(statusOf(post("identity", "q=benign", "; charset=iso-2022-jp")), 415);
  EXPECT_NE(under_test.events.last().detail.find("iso-2022-jp"), std::string::npos);
}

TEST_F(CodedBodyTest, TheSitesLimitsHold) {
  under_test.site().limits.decoded_body_bytes = 100;
  under_test.apply();
  EXPECT_EQ(statusOf(post("gzip", waf::test::gzip("q=" + std::string(200, 'x')))), 413);
  EXPECT_EQ(statusOf(post("gzip", waf::test::gzip("q=1"))), 200);
}

TEST_F(CodedBodyTest, ACodedResponseIsInspectedAndPassedOnAsItCame) {
  const auto answer = [this](const std::string& coding, const std::string& body) {
    under_test.upstream.setScript([=](const auto&) {
      return FakeUpstream::ok(body,
                              "Content-Type: text/plain\r\nContent-Encoding: " + coding + "\r\n");
    });
    return under_test.get("/");
  };
  const std::string leak = waf::test::gzip("the secret");
  EXPECT_EQ(statusOf(answer("gzip", leak)), 403);
  EXPECT_EQ(statusOf(answer("br", waf::test::brotli("the secret"))), 403);
  const std::string clean = waf::test::gzip("clean");
  EXPECT_EQ(bodyOf(answer("gzip", clean)), clean);
  EXPECT_EQ(statusOf(answer("zstd", "x")), 502);
  EXPECT_EQ(under_test.events.last().reason, waf::Reason::Fault);
}

}  // namespace
}  // namespace gateway
