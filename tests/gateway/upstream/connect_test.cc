#include "gateway/upstream/connect.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdio>
#include <thread>

#include "db/certificate/openssl_handles.h"
#include "tests/gateway/support/echo_server.h"
#include "tests/gateway/support/fake_upstream.h"
#include "tests/gateway/support/test_authority.h"
#include "tests/support/temporary_folder.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::EchoServer;
using testing::runToEnd;
using testing::TestAuthority;

constexpr milliseconds kLong{30'000};

std::shared_ptr<const TlsContext> contextOf(const db::CertificatePem& certificate) {
  return *TlsContext::create({{"app", certificate.chain_pem, certificate.key_pem, {}}});
}

UpstreamAddress addressOf(uint16_t port, const std::string& ca_pem, bool verify = true,
                          const std::string& server_name = "") {
  UpstreamAddress address = *UpstreamAddress::resolve("127.0.0.1:" + std::to_string(port));
  UpstreamTls::Settings settings;
  settings.ca_pem = ca_pem;
  settings.verify = verify;
  settings.server_name = server_name;
  address.useTls(*UpstreamTls::create(std::move(settings)));
  return address;
}

// Connects, sends a byte and reads the echo; why it did not work, "" when it did.
std::string tryIt(const UpstreamAddress& address, bool* resumed = nullptr,
                  milliseconds limit = kLong) {
  std::string why;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    UpstreamOpened opened = co_await openUpstream(&loop, address, loop.after(limit));
    why = opened.why;
    if (!opened.stream) co_return;
    const IoResult sent = co_await opened.stream->write("x", loop.after(limit));
    char block[16];
    const IoResult got = co_await opened.stream->read(block, loop.after(limit));
    if (!sent.ok() || !got.ok()) why = opened.stream->faultReason();
    if (resumed != nullptr) *resumed = opened.stream->tls()->resumed;
  });
  return why;
}

TEST(UpstreamTlsTest, TakesACertificateOfItsAuthorityForItsName) {
  const TestAuthority authority;
  EchoServer named(contextOf(authority.issue({"app.example"})));
  EXPECT_EQ(tryIt(addressOf(named.port(), authority.pem(), true, "app.example")), "");
  EXPECT_EQ(named.info().server_name, "app.example");
  EchoServer numbered(contextOf(authority.issue({"127.0.0.1"})));
  EXPECT_EQ(tryIt(addressOf(numbered.port(), authority.pem())), "");
  EXPECT_EQ(numbered.info().server_name, "");  // RFC 6066, 3: no address
}

TEST(UpstreamTlsTest, SaysWhichCheckFailedAndWhatToDo) {
  const TestAuthority authority;
  EchoServer server(contextOf(authority.issue({"app.example", "www.app.example"})));
  const std::string name = tryIt(addressOf(server.port(), authority.pem(), true, "db.example"));
  EXPECT_NE(name.find("name check failed"), std::string::npos) << name;
  EXPECT_NE(name.find("app.example, www.app.example"), std::string::npos) << name;
  EXPECT_NE(name.find("not for db.example"), std::string::npos) << name;
  EXPECT_NE(name.find("tls.server_name"), std::string::npos) << name;
  const std::string trust =
      tryIt(addressOf(server.port(), TestAuthority("Other").pem(), true, "app.example"));
  EXPECT_NE(trust.find("trust check failed"), std::string::npos) << trust;
  EXPECT_NE(trust.find("tls.ca_pem"), std::string::npos) << trust;
  // Against the authorities of the system.
  EXPECT_NE(tryIt(addressOf(server.port(), "", true, "app.example")).find("trust check failed"),
            std::string::npos);
  EchoServer late(contextOf(authority.issue({"app.example"}, {.days = -1})));
  const std::string time = tryIt(addressOf(late.port(), authority.pem(), true, "app.example"));
  EXPECT_NE(time.find("has expired; renew it"), std::string::npos) << time;
}

TEST(UpstreamTlsTest, TakesAnythingWhereTheCheckIsOff) {
  EchoServer server(contextOf(TestAuthority().issue({"app.example"}, {.days = -1})));
  EXPECT_EQ(tryIt(addressOf(server.port(), "", false, "db.example")), "");
}

TEST(UpstreamTlsTest, ResumesTheSessionOfTheEndpoint) {
  const TestAuthority authority;
  EchoServer server(contextOf(authority.issue({"app.example"})));
  const UpstreamAddress address = addressOf(server.port(), authority.pem(), true, "app.example");
  bool resumed = true;
  ASSERT_EQ(tryIt(address, &resumed), "");
  EXPECT_FALSE(resumed);
  ASSERT_EQ(tryIt(address, &resumed), "");
  EXPECT_TRUE(resumed);
  ASSERT_EQ(tryIt(addressOf(server.port(), authority.pem(), true, "app.example"), &resumed), "");
  EXPECT_FALSE(resumed);  // other settings, though equal: nothing is shared
}

TEST(UpstreamTlsTest, ShowsItsCertificateToAnEndpointThatAsks) {
  const TestAuthority authority;
  const auto own = authority.issue({"gateway"});
  const auto server_certificate = authority.issue({"127.0.0.1"});
  TlsContext::Options options;
  options.client_auth = [&](std::string_view) {
    return *ClientAuth::create(ClientAuth::Mode::Require, authority.pem());
  };
  EchoServer server(*TlsContext::create(
      {{"app", server_certificate.chain_pem, server_certificate.key_pem, {}}}, options));
  UpstreamAddress address = *UpstreamAddress::resolve("127.0.0.1:" + std::to_string(server.port()));
  UpstreamTls::Settings settings;
  settings.ca_pem = authority.pem();
  settings.client = TlsCertificate{"own", own.chain_pem, own.key_pem, {}};
  address.useTls(*UpstreamTls::create(settings));
  EXPECT_EQ(tryIt(address), "");
  EXPECT_EQ(server.info().client->subject, "CN=gateway");
}

// Ends the handshake with the alert of who wants a certificate, and the connection with a reset,
// since it reads nothing of what follows.
class CertificateWanter {
 public:
  explicit CertificateWanter(const db::CertificatePem& own)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&where), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&where), &size);
    port_ = ntohs(where.sin_port);
    thread_ = std::thread([this, own] { serve(own); });
  }
  ~CertificateWanter() { thread_.join(); }
  uint16_t port() const { return port_; }

 private:
  void serve(const db::CertificatePem& own) {
    const UniqueFd client(::accept(listener_.get(), nullptr, nullptr));
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    const auto chain = db::openssl::readCertificates(own.chain_pem);
    const auto key = db::openssl::readKey(own.key_pem);
    SSL_CTX_use_certificate(context, chain->front().get());
    SSL_CTX_use_PrivateKey(context, key->get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, client.get());
    EXPECT_NE(SSL_accept(ssl), 1);
    pollfd more{client.get(), POLLIN, 0};
    ::poll(&more, 1, 5000);
    SSL_free(ssl);
    SSL_CTX_free(context);
    ERR_clear_error();
    ::shutdown(client.get(), SHUT_RDWR);
  }

  const UniqueFd listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

// Over TLS 1.3 the refusal comes behind the handshake, and the connection may be gone by the time
// that we write.
TEST(UpstreamTlsTest, AWriteThatFailsSaysWhatTheEndpointSaidBefore) {
  const TestAuthority authority;
  CertificateWanter server(authority.issue({"app.example"}));
  const UpstreamAddress address = addressOf(server.port(), authority.pem(), true, "app.example");
  runToEnd([&](EventLoop& loop) -> Task<void> {
    UpstreamOpened opened = co_await openUpstream(&loop, address, loop.after(kLong));
    EXPECT_TRUE(opened.stream) << opened.why;
    if (!opened.stream) co_return;
    IoResult written;
    for (int i = 0; i < 1500 && written.ok(); ++i) {
      written = co_await opened.stream->write("x", loop.after(kLong));
      co_await loop.sleepFor(milliseconds(20));
    }
    EXPECT_EQ(written.status, IoStatus::Failed);
    EXPECT_NE(std::string(opened.stream->faultReason()).find("certificate required"),
              std::string::npos)
        << opened.stream->faultReason() << " " << describe(written);
  });
}

TEST(UpstreamTlsTest, SaysWhenTheEndpointDoesNotSpeakTls) {
  testing::FakeUpstream plain([](const auto&) { return testing::FakeUpstream::ok(); });
  // Answers what is no request to it.
  const std::string why = tryIt(addressOf(plain.port(), "", false), nullptr, milliseconds(1000));
  EXPECT_NE(why.find("TLS: the handshake failed"), std::string::npos) << why;
}

TEST(UpstreamTlsTest, RefusesBrokenSettings) {
  UpstreamTls::Settings settings;
  settings.ca_pem = "no pem";
  const auto made = UpstreamTls::create(settings);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("ca_pem: "), std::string::npos);
}

TEST(UpstreamConnectTest, ConnectionsAreKeptApartByTheirTls) {
  const UpstreamAddress plain = *UpstreamAddress::resolve("127.0.0.1:1");
  const UpstreamAddress one = addressOf(1, "", false);
  const UpstreamAddress other = addressOf(1, "", false);
  EXPECT_NE(plain.poolKey(), one.poolKey());
  EXPECT_NE(one.poolKey(), other.poolKey());
}

TEST(UpstreamConnectTest, ReachesAUnixSocket) {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "upstream.sock";
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof where.sun_path - 1);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
  ASSERT_EQ(::listen(listener.get(), 4), 0);
  const UpstreamAddress address = *UpstreamAddress::resolve("unix:" + path);
  EXPECT_EQ(address.host(), "localhost");
  EXPECT_EQ(address.authority(), "localhost");
  runToEnd([&](EventLoop& loop) -> Task<void> {
    UpstreamOpened opened = co_await openUpstream(&loop, address, loop.after(kLong));
    EXPECT_TRUE(opened.stream) << opened.why;
  });
  std::remove(path.c_str());
  EXPECT_NE(tryIt(address).find("no socket of this path"), std::string::npos);
  EXPECT_FALSE(UpstreamAddress::resolve("unix:relative"));
}

TEST(EndpointAddressesTest, TakesTurnsAndKeepsWhatItHas) {
  const Poco::Net::SocketAddress a("127.0.0.1", 1);
  const Poco::Net::SocketAddress b("127.0.0.2", 1);
  EndpointAddresses addresses({a, b});
  EXPECT_EQ(addresses.inTurn().front(), a);
  EXPECT_EQ(addresses.inTurn().front(), b);
  EXPECT_EQ(addresses.inTurn().size(), 2u);
  EXPECT_FALSE(addresses.replace({b, a}));
  EXPECT_FALSE(addresses.replace({}));
  EXPECT_FALSE(addresses.empty());
  EXPECT_TRUE(addresses.replace({b}));
  EXPECT_EQ(addresses.inTurn(), std::vector{b});
}

}  // namespace
}  // namespace gateway
