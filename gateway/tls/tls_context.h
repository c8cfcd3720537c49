#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace gateway {

// A certificate as the configuration holds it.
struct TlsCertificate {
  std::string name;       // for messages
  std::string chain_pem;  // leaf first
  std::string key_pem;
  std::vector<std::string>
      hosts;  // "a.example", "*.a.example", "*"; empty: those that the certificate names
};

// The server side's TLS settings of one listener: the certificates and which of them answers which
// server name. Immutable once built and shared by every loop; a handshake that started with it
// keeps it alive. TLS 1.2 and 1.3, ECDHE with AEAD ciphers only, no client certificates, no
// renegotiation, session tickets (their keys are the process', so that a change of configuration
// does not end the sessions).
class TlsContext {
 public:
  // Which application protocols are offered, in order of preference.
  struct Options {
    std::vector<std::string> alpn = {"http/1.1"};
  };

  // Errors name the certificate and say what to do: key does not match, expired, no PEM, key too
  // short.
  static waf::Result<std::shared_ptr<const TlsContext>> create(
      const std::vector<TlsCertificate>& certificates, Options options);
  static waf::Result<std::shared_ptr<const TlsContext>> create(
      const std::vector<TlsCertificate>& certificates) {
    return create(certificates, Options{});
  }
  ~TlsContext();

  // The certificate for a server name: exact, then wildcard of one label, then "*", then the first
  // one.
  SSL_CTX* contextFor(std::string_view server_name) const;
  // The name of that certificate.
  std::string_view certificateFor(std::string_view server_name) const;

 private:
  struct Entry;
  TlsContext();
  static int onServerName(SSL* ssl, int* alert, void* argument);
  static int onAlpn(SSL* ssl, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned int in_length, void* argument);
  const Entry& find(std::string_view server_name) const;
  waf::Result<void> add(const TlsCertificate& certificate);

  struct Tables;
  std::unique_ptr<Tables> tables_;
};

// Asked at each handshake, on the loop's thread; so a new snapshot is in force for the next
// connection. Null refuses.
using TlsContextProvider = std::function<std::shared_ptr<const TlsContext>()>;

}  // namespace gateway
