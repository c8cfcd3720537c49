#include "gateway/outputs/output.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <filesystem>
#include <thread>

#include "db/store/file.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "tests/support/wait_until.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tests::kPatience;
using tests::waitUntil;

// Listens on a port of its own on the loopback.
class Receiver {
 public:
  explicit Receiver(int type, uint16_t port = 0) : socket_(::socket(AF_INET, type, 0)) {
    const int one = 1;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), raw, size), 0);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(socket_.get(), 5), 0);
    }
    ::getsockname(socket_.get(), raw, &size);
    port_ = ntohs(address.sin_port);
  }
  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  std::string datagram() { return receive(socket_.get()); }
  // What came on the one connection until `text` stands in it.
  std::string streamUntil(const std::string& text) {
    if (!connection_.valid()) {
      if (!readable(socket_.get())) return "";
      connection_ = db::FileDescriptor(::accept(socket_.get(), nullptr, nullptr));
    }
    while (stream_.find(text) == std::string::npos) {
      const std::string part = receive(connection_.get());
      if (part.empty()) break;
      stream_ += part;
    }
    return stream_;
  }

 private:
  static bool readable(int fd) {
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) == 1;
  }
  static std::string receive(int fd) {
    char buffer[65536];
    const ssize_t count = readable(fd) ? ::recv(fd, buffer, sizeof buffer, 0) : -1;
    return count > 0 ? std::string(buffer, static_cast<size_t>(count)) : "";
  }

  db::FileDescriptor socket_;
  db::FileDescriptor connection_;
  uint16_t port_ = 0;
  std::string stream_;
};

std::string record(const std::string& id) {
  return waf::toAuditJson(db::sampleEvent(id, waf::Clock::system().wall()));
}

TEST(OutputTest, SyslogOverUdpIsADatagramAnEvent) {
  Receiver receiver(SOCK_DGRAM);
  Output output(
      {.name = "siem", .kind = "syslog_udp", .address = receiver.address(), .format = "cef"});
  output.offer(record("a"));
  const std::string message = receiver.datagram();
  EXPECT_THAT(message, StartsWith("<132>1 "));
  EXPECT_THAT(message, HasSubstr(" event - CEF:0|Portcullis|"));
  EXPECT_TRUE(waitUntil([&] { return output.status().sent == 1; }));
}

TEST(OutputTest, SyslogOverTcpCountsOctetsAndComesBackAfterAnOutage) {
  auto receiver = std::make_unique<Receiver>(SOCK_STREAM);
  const uint16_t port = receiver->port();
  Output output({.name = "siem", .kind = "syslog_tcp", .address = receiver->address()});
  output.offer(record("first"));
  const std::string stream = receiver->streamUntil("durations_us");
  const size_t blank = stream.find(' ');
  ASSERT_NE(blank, std::string::npos);
  EXPECT_EQ(std::stoul(stream.substr(0, blank)), stream.size() - blank - 1);
  receiver.reset();
  ASSERT_TRUE(waitUntil([&] {
    output.offer(record("second"));
    return !output.status().problem.empty();
  }));
  EXPECT_GT(output.status().waiting, 0u);
  receiver = std::make_unique<Receiver>(SOCK_STREAM, port);
  EXPECT_THAT(receiver->streamUntil("second"), HasSubstr("second"));
  EXPECT_TRUE(waitUntil([&] { return output.status().waiting == 0; }));
  EXPECT_EQ(output.status().dropped, 0u);
}

TEST(OutputTest, AQueueThatIsFullDropsAndCounts) {
  Output output({.name = "siem", .kind = "syslog_tcp", .address = "127.0.0.1:1"});
  const std::string line = record("a");
  for (int i = 0; i < 30000; ++i) output.offer(line);
  const admin::OutputStatus status = output.status();
  EXPECT_EQ(status.dropped + status.waiting, 30000u);
  EXPECT_GT(status.dropped, 5000u);
}

TEST(OutputTest, AFileIsRotatedAndTheOldestGoes) {
  const db::TemporaryFolder folder;
  db::OutputConfig config{.name = "file", .kind = "file", .file = folder / "events.log"};
  config.rotate_bytes = 2000;
  config.keep_files = 2;
  {
    Output output(config);
    for (int i = 0; i < 20; ++i) output.offer(record(std::to_string(i)));
    ASSERT_TRUE(waitUntil([&] { return output.status().sent == 20; }));
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "events.log.1"));
  EXPECT_TRUE(std::filesystem::exists(folder / "events.log.2"));
  EXPECT_FALSE(std::filesystem::exists(folder / "events.log.3"));
  EXPECT_LT(std::filesystem::file_size(folder / "events.log.1"), 4000u);
  const std::vector<std::string> lines = db::linesOf(folder / "events.log");
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(), StartsWith("{\"id\":\"19\""));
}

TEST(OutputTest, OrdinaryRequestsGoOnlyWhereAllIsWanted) {
  const db::TemporaryFolder folder;
  waf::AuditEvent passed = db::sampleEvent("passed", waf::Clock::system().wall());
  passed.decision = waf::Decision::Passed;
  passed.rules.clear();
  const std::string line = waf::toAuditJson(passed);
  db::OutputConfig all{.name = "all", .kind = "file", .file = folder / "all", .mode = "all"};
  Outputs outputs;
  outputs.configure({{.name = "some", .kind = "file", .file = folder / "some"}, all});
  outputs.offer(line);
  outputs.offer(record("a"));
  ASSERT_TRUE(
      waitUntil([&] { return outputs.status()[0].sent == 1 && outputs.status()[1].sent == 2; }));
  outputs.configure({all});
  EXPECT_EQ(outputs.status().size(), 1u);
  EXPECT_EQ(outputs.status()[0].sent, 2u) << "what did not change goes on";
  EXPECT_EQ(db::linesOf(folder / "some").size(), 1u);
}

TEST(OutputTest, ATestSaysWhatIsWrong) {
  Receiver receiver(SOCK_DGRAM);
  EXPECT_TRUE(testOutput({.name = "a", .kind = "syslog_udp", .address = receiver.address()}));
  EXPECT_THAT(receiver.datagram(), HasSubstr("a test of this output"));
  const auto refused = testOutput({.name = "a", .kind = "syslog_tcp", .address = "127.0.0.1:1"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, StartsWith("127.0.0.1:1: "));
  EXPECT_FALSE(testOutput({.name = "a", .kind = "file", .file = "/nowhere/x"}));
}

}  // namespace
}  // namespace gateway
