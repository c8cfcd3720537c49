#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>

#include "db/certificate/certificate.h"
#include "gateway/net/listener.h"
#include "gateway/tls/tls_stream.h"
#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/raw_client.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::LoopThread;
using testing::RawClient;

TlsCertificate certificateFor(const std::vector<std::string>& names) {
  const auto made = db::makeSelfSigned(names, waf::Clock::system().wall());
  return {names.front(), made->chain_pem, made->key_pem, {}};
}

std::shared_ptr<const TlsContext> contextFor(const std::vector<TlsCertificate>& certificates) {
  auto context = TlsContext::create(certificates);
  EXPECT_TRUE(context);
  return *context;
}

// A TLS server that sends back what it reads, on a loop of its own; what its handshakes said is
// kept.
class EchoServer {
 public:
  explicit EchoServer(std::shared_ptr<const TlsContext> context,
                      milliseconds handshake = milliseconds(5000))
      : context_(std::move(context)), handshake_(handshake) {
    auto group = ListenSocket::bindGroup("127.0.0.1:0", 1);
    port_ = group->front().boundAddress().port();
    thread_.call([&] {
      listener_ = std::make_unique<Listener>(&thread_.loop(), group->front());
      thread_.loop().spawn(acceptAll());
    });
  }
  ~EchoServer() { thread_.stop(); }

  uint16_t port() const { return port_; }
  void swap(std::shared_ptr<const TlsContext> context) {
    thread_.call([&] { context_ = std::move(context); });
  }
  // Waits until a handshake has failed, and tells why.
  std::string failure() {
    std::string out;
    while (out.empty()) thread_.call([&] { out = failure_; });
    return out;
  }
  TlsInfo info() {
    TlsInfo out;
    thread_.call([&] { out = info_; });
    return out;
  }

 private:
  Task<void> acceptAll() {
    for (;;) {
      AcceptResult accepted = co_await listener_->accept();
      if (accepted.status != IoStatus::Ok) break;
      thread_.loop().spawn(echo(std::move(accepted.socket)));
    }
    listener_.reset();
  }

  Task<void> echo(std::unique_ptr<Socket> socket) {
    EventLoop& loop = thread_.loop();
    auto accepted = co_await TlsStream::accept(std::move(socket), context_, loop.after(handshake_));
    if (accepted.status != IoStatus::Ok) {
      failure_ = accepted.error;
      co_return;
    }
    info_ = *accepted.stream->tls();
    std::vector<char> block(16384);
    for (;;) {
      const IoResult got = co_await accepted.stream->read(block, loop.after(milliseconds(5000)));
      if (!got.ok()) break;
      const std::string_view text(block.data(), got.bytes);
      const IoResult sent =
          co_await accepted.stream->write(Stream::Pieces{"<", text, ">"}, kNoDeadline);
      if (!sent.ok()) break;
    }
    co_await accepted.stream->lingeringClose(loop.after(milliseconds(1000)));
  }

  std::shared_ptr<const TlsContext> context_;
  milliseconds handshake_;
  std::string failure_;
  TlsInfo info_;
  std::unique_ptr<Listener> listener_;
  uint16_t port_ = 0;
  LoopThread thread_;
};

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
bool handshakeWith(uint16_t port, int version, const char* cipher,
                   SSL_SESSION** session = nullptr) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  if (cipher != nullptr) SSL_CTX_set_cipher_list(context, cipher);
  const RawClient tcp(port);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, tcp.fd());
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

}  // namespace
}  // namespace gateway
