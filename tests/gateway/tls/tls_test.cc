#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <optional>

#include "db/certificate/certificate.h"
#include "db/certificate/openssl_handles.h"
#include "tests/gateway/support/echo_server.h"
#include "tests/gateway/support/raw_client.h"
#include "tests/gateway/support/test_authority.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::EchoServer;
using testing::RawClient;

TlsCertificate certificateFor(const std::vector<std::string>& names) {
  const auto made = db::makeSelfSigned(names, waf::Clock::system().wall());
  return {names.front(), made->chain_pem, made->key_pem, {}};
}

std::shared_ptr<const TlsContext> contextFor(const std::vector<TlsCertificate>& certificates) {
  auto context = TlsContext::create(certificates);
  if (!context) {
    ADD_FAILURE() << context.error().message;
    return nullptr;
  }
  return *context;
}

TEST(TlsContextTest, PicksTheCertificateByServerName) {
  const auto context = contextFor({certificateFor({"first.example"}), certificateFor({"a.example"}),
                                   certificateFor({"*.wild.example"})});
  EXPECT_EQ(context->certificateFor("A.Example"), "a.example");
  EXPECT_EQ(context->certificateFor("a.example."), "a.example");
  EXPECT_EQ(context->certificateFor("x.wild.example"), "*.wild.example");
  EXPECT_EQ(context->certificateFor("x.y.wild.example"), "first.example");
  EXPECT_EQ(context->certificateFor("wild.example"), "first.example");
  EXPECT_EQ(context->certificateFor(""), "first.example");
}

TEST(TlsContextTest, HostsOfTheConfigurationOverrideThoseOfTheCertificate) {
  TlsCertificate any = certificateFor({"b.example"});
  any.hosts = {"*"};
  const auto context = contextFor({certificateFor({"a.example"}), any});
  EXPECT_EQ(context->certificateFor("a.example"), "a.example");
  EXPECT_EQ(context->certificateFor("unknown.example"), "b.example");
}

TEST(TlsContextTest, SaysWhichCertificateIsWrongAndWhy) {
  TlsCertificate mixed = certificateFor({"a.example"});
  mixed.key_pem = certificateFor({"b.example"}).key_pem;
  const auto result = TlsContext::create({mixed});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("\"a.example\""), std::string::npos);
  EXPECT_NE(result.error().message.find("does not match"), std::string::npos);
  EXPECT_FALSE(TlsContext::create({}));
  EXPECT_FALSE(TlsContext::create({{"x", "no pem", "no pem", {}}}));
}

TEST(TlsContextTest, AnExpiredCertificateServesOnlyWhereNoValidOneDoes) {
  const auto past = waf::Clock::system().wall() - std::chrono::days(30);
  const auto made = db::makeSelfSigned({"a.example", "b.example"}, past, 10);
  const TlsCertificate expired{"expired", made->chain_pem, made->key_pem, {}};
  const auto context = contextFor({expired, certificateFor({"a.example"})});
  ASSERT_TRUE(context);
  EXPECT_EQ(context->certificateFor("a.example"), "a.example");
  EXPECT_EQ(context->certificateFor("b.example"), "expired");
}

TEST(TlsStreamTest, SpeaksTls13WithTheNamedCertificate) {
  EchoServer server(contextFor({certificateFor({"a.example"}), certificateFor({"b.example"})}));
  RawClient client(server.port(), "b.example");
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.tlsProtocol(), "TLSv1.3");
  EXPECT_EQ(client.alpn(), "http/1.1");
  EXPECT_EQ(client.certificateSubject(), "b.example");
  client.send("hello");
  EXPECT_EQ(client.readUntil(">"), "<hello>");
  EXPECT_EQ(server.info().server_name, "b.example");
  EXPECT_EQ(server.info().alpn, "http/1.1");
  client.shutdownWrite();
  EXPECT_TRUE(client.closedByPeer());
}

// A client with Nagle's algorithm sends its first request when its last message was acknowledged,
// which the ticket does: kept back for the answer, it would cost the client 40 ms.
TEST(TlsStreamTest, TheTicketDoesNotWaitForTheFirstAnswer) {
  EchoServer server(contextFor({certificateFor({"a.example"})}));
  bool in_time = false;  // at least once: the machine may be busy
  for (int i = 0; i < 10 && !in_time; ++i) {
    RawClient client(server.port(), "a.example");
    ASSERT_TRUE(client.connected());
    pollfd ticket{client.fd(), POLLIN, 0};
    in_time = ::poll(&ticket, 1, 150) == 1;
  }
  EXPECT_TRUE(in_time);
}

TEST(TlsStreamTest, CarriesManyRecordsBothWays) {
  EchoServer server(contextFor({certificateFor({"a.example"})}));
  RawClient client(server.port(), "a.example");
  size_t received = 0;
  for (int round = 0; round < 50; ++round) {
    ASSERT_TRUE(client.send(std::string(40'000, 'x') + "!"));
    const std::string got = client.readUntil("!>");
    for (const char c : got) received += c == 'x' ? 1 : 0;
  }
  EXPECT_EQ(received, 50u * 40'000u);
}

TEST(TlsStreamTest, ASwappedContextIsInForceForTheNextConnection) {
  EchoServer server(contextFor({certificateFor({"old.example"})}));
  RawClient first(server.port(), "x");
  EXPECT_EQ(first.certificateSubject(), "old.example");
  server.swap(contextFor({certificateFor({"new.example"})}));
  RawClient second(server.port(), "x");
  EXPECT_EQ(second.certificateSubject(), "new.example");
  first.send("still here");
  EXPECT_EQ(first.readUntil(">"), "<still here>");
}

TEST(TlsStreamTest, PlainHttpOnTheTlsPortIsAFailureWithAReason) {
  EchoServer server(contextFor({certificateFor({"a.example"})}));
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(server.failure().find("http request"), std::string::npos);
}

TEST(TlsStreamTest, AFailedHandshakeDoesNotDisturbOtherConnections) {
  EchoServer server(contextFor({certificateFor({"a.example"})}));
  RawClient good(server.port(), "a.example");
  for (int i = 0; i < 5; ++i) {
    RawClient bad(server.port());
    bad.send(std::string("\x16\x03\x01\x00\x05garbage", 12));
    bad.readUntilClosed();
    good.send("ping");
    EXPECT_EQ(good.readUntil(">"), "<ping>");
  }
}

TEST(TlsStreamTest, ASilentClientEndsAtTheHandshakesDeadline) {
  EchoServer server(contextFor({certificateFor({"a.example"})}), milliseconds(30));
  RawClient client(server.port());
  EXPECT_TRUE(client.closedByPeer());
  EXPECT_NE(server.failure().find("timed out"), std::string::npos);
}

TEST(TlsStreamTest, WithoutACertificateTheConnectionIsRefused) {
  EchoServer server(nullptr);
  RawClient client(server.port(), "a.example");
  EXPECT_FALSE(client.connected());
  EXPECT_NE(server.failure().find("no certificate"), std::string::npos);
}

// Offers one protocol version, or one cipher of TLS 1.2; returns whether the handshake succeeded.
// With a session given it has to be resumed.
bool handshakeWith(uint16_t port, int version, const char* cipher, SSL_SESSION** session = nullptr,
                   const char* server_name = nullptr) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  if (cipher != nullptr) SSL_CTX_set_cipher_list(context, cipher);
  const RawClient tcp(port);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, tcp.fd());
  if (server_name != nullptr) SSL_set_tlsext_host_name(ssl, server_name);
  if (session != nullptr && *session != nullptr) SSL_set_session(ssl, *session);
  bool good = SSL_connect(ssl) == 1;
  if (good && session != nullptr) {
    if (*session != nullptr) {
      good = SSL_session_reused(ssl) == 1;
      SSL_SESSION_free(*session);
    }
    *session = SSL_get1_session(ssl);
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  ERR_clear_error();
  return good;
}

TEST(TlsStreamTest, TakesTls12And13AndNothingOlder) {
  EchoServer server(contextFor({certificateFor({"a.example"})}));
  EXPECT_TRUE(handshakeWith(server.port(), TLS1_3_VERSION, nullptr));
  EXPECT_TRUE(handshakeWith(server.port(), TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  EXPECT_FALSE(handshakeWith(server.port(), TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"));
  EXPECT_FALSE(handshakeWith(server.port(), TLS1_1_VERSION, nullptr));
  EXPECT_FALSE(handshakeWith(server.port(), TLS1_VERSION, nullptr));
}

TEST(TlsStreamTest, ASessionOutlivesAChangeOfTheConfiguration) {
  const auto certificate = certificateFor({"a.example"});
  EchoServer server(contextFor({certificate}));
  SSL_SESSION* session = nullptr;
  ASSERT_TRUE(handshakeWith(server.port(), TLS1_2_VERSION, nullptr, &session));
  server.swap(contextFor({certificate}));
  EXPECT_TRUE(handshakeWith(server.port(), TLS1_2_VERSION, nullptr, &session));
  SSL_SESSION_free(session);
}

TEST(TlsStreamTest, ASessionOfOneLoopIsResumedOnAnother) {
  const auto context = contextFor({certificateFor({"a.example"})});
  EchoServer first(context);
  EchoServer second(context);
  SSL_SESSION* session = nullptr;
  ASSERT_TRUE(handshakeWith(first.port(), TLS1_2_VERSION, nullptr, &session));
  EXPECT_TRUE(handshakeWith(second.port(), TLS1_2_VERSION, nullptr, &session));
  SSL_SESSION_free(session);
}

TEST(TlsStreamTest, TheModernProfileTakesTls13Alone) {
  TlsContext::Options options;
  options.modern = true;
  EchoServer server(*TlsContext::create({certificateFor({"a.example"})}, options));
  EXPECT_TRUE(handshakeWith(server.port(), TLS1_3_VERSION, nullptr));
  EXPECT_FALSE(handshakeWith(server.port(), TLS1_2_VERSION, nullptr));
}

TEST(TlsStreamTest, AClientThatTakesRsaAloneGetsRsaAndOthersEcdsa) {
  const testing::TestAuthority authority;
  const auto rsa = authority.issue({"a.example"}, {.rsa = true});
  const auto ecdsa = authority.issue({"a.example", "b.example"});
  // Whichever is named first.
  EchoServer server(contextFor(
      {{"rsa", rsa.chain_pem, rsa.key_pem, {}}, {"ecdsa", ecdsa.chain_pem, ecdsa.key_pem, {}}}));
  for (const char* name : {"a.example", "A.Example."}) {
    EXPECT_TRUE(
        handshakeWith(server.port(), TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", nullptr, name));
    EXPECT_TRUE(handshakeWith(server.port(), TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256",
                              nullptr, name));
  }
  EXPECT_TRUE(handshakeWith(server.port(), TLS1_2_VERSION, nullptr, nullptr, "a.example"));
  EXPECT_NE(server.info().cipher.find("ECDSA"), std::string::npos);
  EXPECT_FALSE(handshakeWith(server.port(), TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", nullptr,
                             "b.example"));
}

TEST(TlsStreamTest, AnUnknownNameIsRefusedWhereTheListenerSaysSo) {
  TlsContext::Options options;
  options.refuse_unknown_names = true;
  EchoServer server(*TlsContext::create({certificateFor({"a.example"})}, options));
  EXPECT_TRUE(RawClient(server.port(), "a.example").connected());
  EXPECT_FALSE(RawClient(server.port(), "x.example").connected());
  EXPECT_NE(server.failure().find("no certificate is for \"x.example\""), std::string::npos);
  EXPECT_FALSE(RawClient(server.port(), "").connected());
}

TEST(TlsStreamTest, TellsTheClientsFingerprint) {
  EchoServer server(contextFor({certificateFor({"a.example"})}));
  RawClient client(server.port(), "a.example");
  ASSERT_TRUE(client.connected());
  client.send("x");
  client.readUntil(">");
  const std::string ja4 = server.fingerprint();
  EXPECT_EQ(ja4.size(), 36u) << ja4;
  EXPECT_EQ(ja4.substr(0, 4), "t13d");
  EXPECT_EQ(ja4.substr(8, 2), "h1");
}

// A client with a certificate, and its sessions.
struct CertifiedClient {
  explicit CertifiedClient(const db::CertificatePem* certificate = nullptr)
      : context(SSL_CTX_new(TLS_client_method())) {
    if (certificate == nullptr) return;
    SSL_CTX_use_certificate(context,
                            db::openssl::readCertificates(certificate->chain_pem)->front().get());
    SSL_CTX_use_PrivateKey(context, db::openssl::readKey(certificate->key_pem)->get());
  }
  ~CertifiedClient() {
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
  }
  CertifiedClient(const CertifiedClient&) = delete;
  CertifiedClient& operator=(const CertifiedClient&) = delete;

  // A handshake and one echo, so that the tickets of TLS 1.3 have come.
  bool connect(uint16_t port, const char* name, int version) {
    const RawClient tcp(port);
    SSL* ssl = SSL_new(context);
    SSL_set_min_proto_version(ssl, version);
    SSL_set_max_proto_version(ssl, version);
    SSL_set_fd(ssl, tcp.fd());
    SSL_set_tlsext_host_name(ssl, name);
    if (session != nullptr) SSL_set_session(ssl, session);
    char block[16];
    const bool good =
        SSL_connect(ssl) == 1 && SSL_write(ssl, "x", 1) == 1 && SSL_read(ssl, block, 3) > 0;
    if (good) {
      SSL_SESSION_free(session);
      session = SSL_get1_session(ssl);
      SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    ERR_clear_error();
    return good;
  }

  SSL_CTX* context;
  SSL_SESSION* session = nullptr;
};

struct MutualTlsTest : ::testing::Test {
  MutualTlsTest() {
    TlsContext::Options options;
    options.client_auth = [this](std::string_view name) {
      return name == "b.example" ? auth : nullptr;
    };
    server.emplace(*TlsContext::create(
        {certificateFor({"a.example"}), certificateFor({"b.example"})}, options));
  }

  testing::TestAuthority authority;
  std::shared_ptr<const ClientAuth> auth =
      *ClientAuth::create(ClientAuth::Mode::Require, authority.pem());
  std::optional<EchoServer> server;
};

TEST_F(MutualTlsTest, ReadsTheCertificateOfTheClient) {
  const auto alice = authority.issue({"alice"});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CertifiedClient client(&alice);
    ASSERT_TRUE(client.connect(server->port(), "b.example", version));
    const TlsInfo info = server->info();
    ASSERT_TRUE(info.client);
    EXPECT_TRUE(info.client->verified) << info.client->problem;
    EXPECT_EQ(info.client->subject, "CN=alice");
    EXPECT_EQ(info.client->issuer, "CN=Test CA");
    EXPECT_EQ(info.client->fingerprint, db::inspectCertificate(alice.chain_pem)->sha256);
    EXPECT_FALSE(info.client->serial.empty());
    EXPECT_EQ(info.client->asked_by, auth->identity());
  }
}

TEST_F(MutualTlsTest, AsksOnlyAtTheSitesThatWantIt) {
  const auto alice = authority.issue({"alice"});
  CertifiedClient client(&alice);
  ASSERT_TRUE(client.connect(server->port(), "a.example", TLS1_3_VERSION));
  EXPECT_FALSE(server->info().client);
}

TEST_F(MutualTlsTest, SaysWhatIsWrongWithACertificate) {
  CertifiedClient none;
  ASSERT_TRUE(none.connect(server->port(), "b.example", TLS1_3_VERSION));
  EXPECT_FALSE(server->info().client->present);
  const auto expired = authority.issue({"bob"}, {.days = -1});
  CertifiedClient late(&expired);
  ASSERT_TRUE(late.connect(server->port(), "b.example", TLS1_3_VERSION));
  EXPECT_FALSE(server->info().client->verified);
  EXPECT_NE(server->info().client->problem.find("expired"), std::string::npos);
  const auto foreign = testing::TestAuthority("Other CA").issue({"mallory"});
  CertifiedClient stranger(&foreign);
  ASSERT_TRUE(stranger.connect(server->port(), "b.example", TLS1_3_VERSION));
  EXPECT_FALSE(server->info().client->verified);
  EXPECT_EQ(server->info().client->subject, "CN=mallory");
}

TEST_F(MutualTlsTest, AResumedSessionKeepsTheVerdict) {
  const auto alice = authority.issue({"alice"});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CertifiedClient client(&alice);
    ASSERT_TRUE(client.connect(server->port(), "b.example", version));
    ASSERT_TRUE(client.connect(server->port(), "b.example", version));
    EXPECT_TRUE(server->info().resumed) << version;
    EXPECT_TRUE(server->info().client->verified);
    EXPECT_EQ(server->info().client->subject, "CN=alice");
  }
}

// The way around mutual TLS that shared ticket keys would open.
TEST_F(MutualTlsTest, ASessionOfAnotherSiteIsNotResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CertifiedClient client;
    ASSERT_TRUE(client.connect(server->port(), "a.example", version));
    static_cast<void>(client.connect(server->port(), "b.example", version));
    const TlsInfo info = server->info();
    EXPECT_FALSE(info.resumed && info.client && info.client->verified) << version;
    EXPECT_FALSE(info.server_name == "b.example" && info.resumed) << version;
  }
}

}  // namespace
}  // namespace gateway
