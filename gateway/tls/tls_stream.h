#pragma once

#include <memory>
#include <string>

#include "gateway/net/stream.h"
#include "gateway/tls/tls_context.h"

namespace gateway {

struct SslDelete {
  void operator()(SSL* ssl) const;
};

// TLS over a Socket, server side: OpenSSL's state machine on a BIO of our own that uses the loop's
// readiness flags, so that OpenSSL never blocks and never polls. See Stream for the contract.
class TlsStream final : public Stream {
 public:
  struct Accepted {
    IoStatus status = IoStatus::Ok;
    std::string error;  // what was wrong with the handshake: for the event
    std::unique_ptr<TlsStream> stream;
  };

  // Takes the socket and runs the handshake. On failure the socket is closed.
  static Task<Accepted> accept(std::unique_ptr<Socket> socket,
                               std::shared_ptr<const TlsContext> context, Deadline deadline);

  bool hasBufferedInput() const override;
  Task<void> shutdownWrite(Deadline deadline) override;
  bool quiet() override;
  const TlsInfo* tls() const override { return &info_; }

 private:
  TlsStream(std::unique_ptr<Socket> socket, std::shared_ptr<const TlsContext> context, SSL* ssl);
  IoResult tryRead(std::span<char> into) override;
  IoResult tryWrite(const Pieces& pieces) override;
  IoResult fault(int result);
  void learnInfo();

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<SSL, SslDelete> ssl_;
  TlsInfo info_;
  bool broken_ = false;
};

}  // namespace gateway
