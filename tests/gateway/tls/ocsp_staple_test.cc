#include "gateway/tls/ocsp_staple.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include <atomic>

#include "db/certificate/openssl_handles.h"
#include "tests/gateway/support/echo_server.h"
#include "tests/gateway/support/fake_upstream.h"
#include "tests/gateway/support/raw_client.h"
#include "tests/gateway/support/test_authority.h"

namespace gateway {
namespace {

using std::chrono::seconds;
using testing::FakeUpstream;
using testing::TestAuthority;

// A responder of an authority: signs what `status` says of whatever certificate it is asked about.
struct Responder {
  explicit Responder(const TestAuthority& authority) : signer(authority) {
    server.setScript([this](const FakeUpstream::Request& request) { return answer(request); });
  }

  FakeUpstream::Answer answer(const FakeUpstream::Request& request) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(request.body.data());
    OCSP_REQUEST* asked = d2i_OCSP_REQUEST(nullptr, &bytes, static_cast<long>(request.body.size()));
    OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
    ASN1_TIME* now = X509_gmtime_adj(nullptr, from_now);
    ASN1_TIME* end = X509_gmtime_adj(nullptr, valid_for);
    OCSP_basic_add1_status(basic, OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked, 0)), status,
                           OCSP_REVOKED_STATUS_KEYCOMPROMISE, now, now, end);
    const auto certificate = db::openssl::readCertificates(signer.pem());
    const auto key = db::openssl::readKey(signer.keyPem());
    OCSP_basic_sign(basic, certificate->front().get(), key->get(), EVP_sha256(), nullptr, 0);
    OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char* der = nullptr;
    const int length = i2d_OCSP_RESPONSE(response, &der);
    const std::string body(reinterpret_cast<char*>(der), static_cast<size_t>(length));
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_REQUEST_free(asked);
    ASN1_TIME_free(now);
    ASN1_TIME_free(end);
    return FakeUpstream::ok(body, "Content-Type: application/ocsp-response\r\n");
  }

  const TestAuthority& signer;
  // Changed by the test between requests, read by the server's threads.
  std::atomic<int> status = V_OCSP_CERTSTATUS_GOOD;
  std::atomic<long> from_now = -60;
  std::atomic<long> valid_for = 3600;
  FakeUpstream server;
};

struct OcspStapleTest : ::testing::Test {
  // The chain of a certificate that names the responder.
  db::CertificatePem certificate(bool must_staple = false) {
    auto pem = authority.issue({"a.example"}, {.ocsp_url = "http://" + responder.server.address(),
                                               .must_staple = must_staple});
    pem.chain_pem += authority.pem();
    return pem;
  }

  waf::ManualClock clock;
  TestAuthority authority;
  TestAuthority other{"Other"};
  Responder stranger{other};
  Responder responder{authority};  // the last: its threads may ask the stranger
};

TEST_F(OcspStapleTest, KeepsAGoodResponseUntilItsEnd) {
  const auto staple = *OcspStaple::create(certificate().chain_pem, clock);
  EXPECT_EQ(staple->response(), nullptr);
  EXPECT_EQ(staple->due(), clock.monotonic());
  const auto asked = staple->refresh();
  ASSERT_TRUE(asked) << asked.error().message;
  ASSERT_NE(staple->response(), nullptr);
  // Asked for again when half of its time is over.
  EXPECT_GT(staple->due(), clock.monotonic() + seconds(1700));
  EXPECT_LT(staple->due(), clock.monotonic() + seconds(1900));
  clock.advance(seconds(3500));
  EXPECT_NE(staple->response(), nullptr);
  clock.advance(seconds(101));
  EXPECT_EQ(staple->response(), nullptr);
}

TEST_F(OcspStapleTest, AFailureKeepsWhatIsValidAndIsTriedAgainSoon) {
  const auto staple = *OcspStaple::create(certificate().chain_pem, clock);
  ASSERT_TRUE(staple->refresh());
  responder.server.setScript([](const auto&) { return FakeUpstream::raw(""); });
  responder.server.setScript([](const auto&) {
    return FakeUpstream::raw("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
                             FakeUpstream::Answer::Then::Close);
  });
  EXPECT_FALSE(staple->refresh());
  EXPECT_NE(staple->problem().find("gives no response"), std::string::npos) << staple->problem();
  EXPECT_NE(staple->response(), nullptr);
  EXPECT_EQ(staple->due(), clock.monotonic() + std::chrono::minutes(5));
  responder.server.setScript([this](const auto& request) { return responder.answer(request); });
  EXPECT_TRUE(staple->refresh());
  EXPECT_EQ(staple->problem(), "");
}

TEST_F(OcspStapleTest, TakesNothingButAGoodAndValidResponseOfTheIssuer) {
  const auto staple = *OcspStaple::create(certificate().chain_pem, clock);
  responder.status = V_OCSP_CERTSTATUS_REVOKED;
  EXPECT_NE(staple->refresh().error().message.find("revoked"), std::string::npos);
  responder.status = V_OCSP_CERTSTATUS_GOOD;
  responder.from_now = -7200;
  responder.valid_for = -3600;
  EXPECT_NE(staple->refresh().error().message.find("not valid now"), std::string::npos);
  responder.from_now = -60;
  responder.valid_for = 3600;
  responder.server.setScript([&](const auto& request) { return stranger.answer(request); });
  EXPECT_NE(staple->refresh().error().message.find("not signed by"), std::string::npos);
  responder.server.setScript([](const auto&) {
    return FakeUpstream::ok("rubbish", "Content-Type: application/ocsp-response\r\n");
  });
  EXPECT_FALSE(staple->refresh());
  EXPECT_EQ(staple->response(), nullptr);
}

TEST_F(OcspStapleTest, SaysWhyACertificateHasNone) {
  const auto alone = OcspStaple::create(authority.issue({"a.example"}).chain_pem, clock);
  EXPECT_NE(alone.error().message.find("no issuer"), std::string::npos);
  const auto silent =
      OcspStaple::create(authority.issue({"a.example"}).chain_pem + authority.pem(), clock);
  EXPECT_NE(silent.error().message.find("names no responder"), std::string::npos);
}

TEST_F(OcspStapleTest, KnowsACertificateThatMustBeStapled) {
  EXPECT_TRUE(mustStaple(certificate(true).chain_pem));
  EXPECT_FALSE(mustStaple(certificate(false).chain_pem));
  EXPECT_FALSE(mustStaple("no pem"));
}

// What a client is given that asks for the certificate's state; "" for nothing.
std::string stapledFor(uint16_t port) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  const testing::RawClient tcp(port);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, tcp.fd());
  SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  SSL_set_tlsext_host_name(ssl, "a.example");
  std::string out;
  if (SSL_connect(ssl) == 1) {
    const unsigned char* bytes = nullptr;
    const long length = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
    if (length > 0) out.assign(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  ERR_clear_error();
  return out;
}

TEST_F(OcspStapleTest, IsStapledToHandshakesThatAskForIt) {
  const auto pem = certificate();
  const auto staple = *OcspStaple::create(pem.chain_pem, clock);
  testing::EchoServer server(*TlsContext::create({{"a", pem.chain_pem, pem.key_pem, {}, staple}}));
  EXPECT_EQ(stapledFor(server.port()), "");
  ASSERT_TRUE(staple->refresh());
  EXPECT_EQ(stapledFor(server.port()), *staple->response());
}

}  // namespace
}  // namespace gateway
