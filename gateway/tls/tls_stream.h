#pragma once

#include <memory>
#include <string>

#include "gateway/net/stream.h"
#include "gateway/tls/tls_context.h"
#include "gateway/tls/upstream_tls.h"

namespace gateway {

struct SslDelete {
  void operator()(SSL* ssl) const;
};

// TLS over a Socket, as the server or the client: OpenSSL's state machine on a BIO of our own that
// uses the loop's readiness flags, so that OpenSSL never blocks and never polls. See Stream for the
// contract.
class TlsStream final : public Stream {
 public:
  struct Opened {
    IoStatus status = IoStatus::Failed;
    std::string error;  // what was wrong with the handshake: for the event
    HelloNotes hello;   // of the client, on the server's side; when it failed
    std::unique_ptr<TlsStream> stream;
  };

  // Takes the socket and runs the handshake. On failure the socket is closed.
  static Task<Opened> accept(std::unique_ptr<Socket> socket,
                             std::shared_ptr<const TlsContext> context, Deadline deadline);

  // The client's side of a handshake with an upstream's endpoint (its name with port, and without);
  // `http2`: that is offered instead of HTTP/1.1.
  static Task<Opened> connect(std::unique_ptr<Socket> socket,
                              std::shared_ptr<const UpstreamTls> settings, std::string endpoint,
                              std::string host, bool http2, Deadline deadline);

  bool hasBufferedInput() const override;
  Task<void> shutdownWrite(Deadline deadline) override;
  bool quiet() override;
  const TlsInfo* tls() const override { return &info_; }
  std::string fingerprint() override { return hello_.ja4(); }
  const char* faultReason() const override { return reason_; }

 private:
  explicit TlsStream(std::unique_ptr<Socket> socket) : Stream(std::move(socket)) {}
  // Takes the state machine; false when there is no memory.
  bool start(SSL* ssl);
  Task<IoResult> shakeHands(Deadline deadline);
  IoResult tryRead(std::span<char> into) override;
  IoResult tryWrite(const Pieces& pieces) override;
  void releaseState() override { ssl_.reset(); }
  IoResult fault(int result);
  IoResult writeFault(int result);
  void learnInfo();

  // What the state machine points to outlives it.
  std::shared_ptr<const TlsContext> context_;
  std::shared_ptr<const UpstreamTls> settings_;
  HelloNotes hello_;                     // as the server
  UpstreamTls::Notes notes_;             // as the client
  std::unique_ptr<SSL, SslDelete> ssl_;  // null: the end was said
  TlsInfo info_;
  const char* reason_ = "";  // of the fault that broke it; OpenSSL's own string
  bool broken_ = false;
};

}  // namespace gateway
