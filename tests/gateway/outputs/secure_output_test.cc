#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "db/certificate/certificate.h"
#include "gateway/outputs/output.h"
#include "gateway/outputs/webhook.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "tests/support/wait_until.h"

// Outputs over TLS: syslog and webhook, with the peer verified.
namespace gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tests::waitUntil;

// A TLS server on the loopback that answers what it is told to, one connection after the other.
class TlsReceiver {
 public:
  // `answer` of the n-th request; "": what is read is kept, and nothing is said.
  using Answer = std::function<std::string(size_t)>;

  TlsReceiver(const std::string& host, const std::string& folder, Answer answer)
      : answer_(std::move(answer)), ca_file_(folder + "/ca.pem") {
    std::signal(SIGPIPE, SIG_IGN);
    const auto pem = db::makeSelfSigned({host}, waf::Clock::system().wall());
    std::ofstream(ca_file_) << pem->chain_pem;
    std::ofstream(folder + "/key.pem") << pem->key_pem;
    context_ = SSL_CTX_new(TLS_server_method());
    EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context_, ca_file_.c_str()), 1);
    EXPECT_EQ(
        SSL_CTX_use_PrivateKey_file(context_, (folder + "/key.pem").c_str(), SSL_FILETYPE_PEM), 1);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, raw, size), 0);
    EXPECT_EQ(::listen(listener_, 5), 0);
    ::getsockname(listener_, raw, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsReceiver() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  TlsReceiver(const TlsReceiver&) = delete;
  TlsReceiver& operator=(const TlsReceiver&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  const std::string& caFile() const { return ca_file_; }
  std::string received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  bool readable(int fd) const {
    pollfd entry{fd, POLLIN, 0};
    while (!stopping_) {
      if (::poll(&entry, 1, 20) == 1) return true;
    }
    return false;
  }
  void run() {
    while (readable(listener_)) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      SSL* session = SSL_new(context_);
      SSL_set_fd(session, fd);
      if (SSL_accept(session) == 1) serve(session, fd);
      SSL_shutdown(session);
      SSL_free(session);
      ::close(fd);
    }
  }
  void serve(SSL* session, int fd) {
    std::string data;
    char buffer[16384];
    while (SSL_pending(session) > 0 || readable(fd)) {
      const int count = SSL_read(session, buffer, sizeof buffer);
      if (count <= 0) return;
      data.append(buffer, static_cast<size_t>(count));
      {
        const std::lock_guard lock(mutex_);
        received_.append(buffer, static_cast<size_t>(count));
      }
      const size_t head = data.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const size_t field = data.find("Content-Length: ");
      const size_t whole = head + 4 + std::stoul(data.substr(field + 16));
      if (data.size() < whole) continue;
      size_t number = 0;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(data.substr(0, whole));
        number = requests_.size();
      }
      data.erase(0, whole);
      const std::string answer = answer_(number);
      SSL_write(session, answer.data(), static_cast<int>(answer.size()));
      if (answer.find("close") != std::string::npos) return;
    }
  }

  const Answer answer_;
  const std::string ca_file_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::string received_;
  std::vector<std::string> requests_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

std::string ok(size_t) { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"; }

std::string record(const std::string& id) {
  return waf::toAuditJson(db::sampleEvent(id, waf::Clock::system().wall()));
}

class SecureOutputTest : public testing::Test {
 protected:
  db::OutputConfig webhook(const TlsReceiver& receiver) const {
    return {.name = "hook",
            .kind = "webhook",
            .url = "https://" + receiver.address() + "/events?x=1",
            .ca_file = receiver.caFile(),
            .secret = "shared"};
  }
  db::TemporaryFolder folder_;
};

TEST_F(SecureOutputTest, SyslogOverTlsCountsOctets) {
  TlsReceiver receiver("127.0.0.1", folder_.path(), ok);
  Output output({.name = "siem",
                 .kind = "syslog_tls",
                 .address = receiver.address(),
                 .ca_file = receiver.caFile(),
                 .format = "cef"});
  output.offer(record("first"));
  output.offer(record("second"));
  ASSERT_TRUE(waitUntil([&] { return output.status().sent == 2; })) << output.status().problem;
  ASSERT_TRUE(waitUntil(
      [&] { return receiver.received().find("externalId=second") != std::string::npos; }));
  const std::string stream = receiver.received();
  const size_t size = std::stoul(stream);
  EXPECT_THAT(stream.substr(stream.find(' ') + 1), StartsWith("<132>1 "));
  EXPECT_THAT(stream.substr(stream.find(' ') + 1 + size), HasSubstr(" <132>1 "));
}

TEST_F(SecureOutputTest, APeerThatCannotProveItsNameGetsNothing) {
  TlsReceiver other("192.0.2.1", folder_.path(), ok);  // a certificate of another address
  const db::OutputConfig config{
      .name = "siem", .kind = "syslog_tls", .address = other.address(), .ca_file = other.caFile()};
  const auto refused = testOutput(config);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("the certificate is refused"));
  db::OutputConfig untrusted = webhook(other);
  untrusted.ca_file = "";
  EXPECT_FALSE(testOutput(untrusted)) << "the system does not know its issuer";
  EXPECT_EQ(other.received(), "");
  untrusted.ca_file = folder_ / "none.pem";
  EXPECT_THAT(testOutput(untrusted).error().message, HasSubstr("none.pem cannot be read"));
}

TEST_F(SecureOutputTest, AWebhookPostsSignedBatches) {
  std::atomic<bool> offered{false};
  TlsReceiver receiver("127.0.0.1", folder_.path(), [&offered](size_t number) {
    EXPECT_TRUE(waitUntil([&] { return offered.load(); }));
    return ok(number);
  });
  const db::OutputConfig config = webhook(receiver);
  {
    Output output(config);
    for (int i = 0; i < 500; ++i) output.offer(record(std::to_string(i)));
    offered = true;
    ASSERT_TRUE(waitUntil([&] { return output.status().sent == 500; })) << output.status().problem;
  }
  const std::vector<std::string> requests = receiver.requests();
  EXPECT_LT(requests.size(), 100u) << "what waits goes together";
  int next = 0;
  for (const std::string& request : requests) {
    EXPECT_THAT(request, StartsWith("POST /events?x=1 HTTP/1.1\r\nHost: " + receiver.address()));
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    const auto document = nlohmann::json::parse(body);
    for (const auto& event : document.at("events")) {
      EXPECT_EQ(event.at("id"), std::to_string(next++));
    }
    const size_t at = request.find("X-Portcullis-Signature: t=");
    ASSERT_NE(at, std::string::npos);
    const std::string seconds = request.substr(at + 26, request.find(',', at) - at - 26);
    const std::string signature = request.substr(request.find(",v1=", at) + 4, 64);
    EXPECT_EQ(signature, webhookSignature("shared", seconds + "." + body));
  }
  EXPECT_EQ(next, 500);
}

TEST_F(SecureOutputTest, ABatchThatIsRefusedComesAgainUnderItsIdAndEventsQueueBehindIt) {
  TlsReceiver receiver("127.0.0.1", folder_.path(), [](size_t number) {
    return number < 3 ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
                      : "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  });
  Output output(webhook(receiver));
  output.offer(record("a"));
  ASSERT_TRUE(waitUntil([&] { return !output.status().problem.empty(); }));
  EXPECT_THAT(output.status().problem, HasSubstr("answered 503"));
  output.offer(record("b"));
  ASSERT_TRUE(waitUntil([&] { return output.status().sent == 2; }));
  const auto deliveryOf = [](const std::string& request) {
    const size_t at = request.find("X-Portcullis-Delivery: ");
    return request.substr(at, request.find('\r', at) - at);
  };
  const std::vector<std::string> requests = receiver.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(deliveryOf(requests[0]), deliveryOf(requests[1]));
  EXPECT_EQ(deliveryOf(requests[0]), deliveryOf(requests[2]));
  EXPECT_NE(deliveryOf(requests[0]), deliveryOf(requests[3]));
  EXPECT_THAT(requests[3], testing::Not(HasSubstr("\"id\":\"a\"")));
  EXPECT_EQ(output.status().dropped, 0u);
}

TEST(WebhookUrlTest, IsTakenApart) {
  std::string address;
  std::string host;
  std::string target;
  ASSERT_TRUE(parseWebhookUrl("https://siem.example/in?a=b", &address, &host, &target));
  EXPECT_EQ(address, "siem.example:443");
  EXPECT_EQ(host, "siem.example");
  EXPECT_EQ(target, "/in?a=b");
  ASSERT_TRUE(parseWebhookUrl("https://[2001:db8::1]:8443", &address, &host, &target));
  EXPECT_EQ(address, "[2001:db8::1]:8443");
  EXPECT_EQ(target, "/");
  ASSERT_TRUE(parseWebhookUrl("https://[2001:db8::1]/x", &address, &host, &target));
  EXPECT_EQ(address, "[2001:db8::1]:443");
  for (const char* url : {"http://a/b", "https://", "https://user@a/b", "https://a/b c",
                          "https://a/\r\nX: y", "https://a:x/", "https://a/#b", "ftp://a"}) {
    EXPECT_FALSE(parseWebhookUrl(url, &address, &host, &target)) << url;
  }
}

}  // namespace
}  // namespace gateway
