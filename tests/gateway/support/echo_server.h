#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/net/listener.h"
#include "gateway/tls/tls_stream.h"
#include "tests/gateway/support/loop_thread.h"
#include "tests/support/wait_until.h"

namespace gateway::testing {

// A TLS server that sends back what it reads, on a loop of its own; what its handshakes said is
// kept.
class EchoServer {
 public:
  explicit EchoServer(std::shared_ptr<const TlsContext> context,
                      std::chrono::milliseconds handshake = tests::kPatience)
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
    tests::waitUntil([&] {
      thread_.call([&] { out = failure_; });
      return !out.empty();
    });
    return out;
  }
  std::string fingerprint() {
    std::string out;
    thread_.call([&] { out = fingerprint_; });
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
    fingerprint_ = accepted.stream->fingerprint();
    std::vector<char> block(16384);
    for (;;) {
      const IoResult got = co_await accepted.stream->read(block, loop.after(tests::kPatience));
      if (!got.ok()) break;
      const std::string_view text(block.data(), got.bytes);
      const IoResult sent =
          co_await accepted.stream->write(Stream::Pieces{"<", text, ">"}, kNoDeadline);
      if (!sent.ok()) break;
    }
    co_await accepted.stream->lingeringClose(loop.after(std::chrono::milliseconds(1000)));
  }

  std::shared_ptr<const TlsContext> context_;
  std::chrono::milliseconds handshake_;
  std::string failure_;
  TlsInfo info_;
  std::string fingerprint_;
  std::unique_ptr<Listener> listener_;
  uint16_t port_ = 0;
  LoopThread thread_;
};

}  // namespace gateway::testing
