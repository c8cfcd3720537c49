#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace gateway {

using waf::Result;

// A TLS connection to a place that events are sent to. The peer's certificate must be issued by the
// given authority (a PEM file; "": those that the system trusts) and bear the host's name or
// address: there is no way to leave that out. TLS 1.2 and 1.3. Used by one thread, which waits for
// a few seconds at most.
class TlsClient {
 public:
  static Result<std::unique_ptr<TlsClient>> connect(const std::string& address,
                                                    const std::string& ca_file);

  Result<void> write(std::string_view bytes);
  // What there is, at least a byte; "" at the end of the stream.
  Result<std::string> read();
  // Whether the peer ended it, for one that sends nothing by itself.
  bool isClosed();

 private:
  struct ContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct SessionDeleter {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  explicit TlsClient(std::string address) : address_(std::move(address)) {}
  Result<void> handshake();
  // True: try again.
  bool wait(int result);
  waf::Unexpected failure(const std::string& what);

  const std::string address_;
  db::FileDescriptor socket_;
  std::unique_ptr<SSL_CTX, ContextDeleter> context_;
  std::unique_ptr<SSL, SessionDeleter> session_;
};

}  // namespace gateway
