#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tls/client_auth.h"
#include "gateway/tls/ocsp_staple.h"
#include "waf/base/result.h"

namespace gateway {

// A certificate as the configuration holds it.
struct TlsCertificate {
  std::string name;       // for messages
  std::string chain_pem;  // leaf first
  std::string key_pem;
  std::vector<std::string>
      hosts;  // "a.example", "*.a.example", "*"; empty: those that the certificate names
  std::shared_ptr<OcspStaple> staple;  // null when nothing is stapled

  bool operator==(const TlsCertificate&) const = default;
};

// What the first message of a client's handshake told, and what was made of it. Owned by the
// stream.
struct HelloNotes {
  // The client's fingerprint, made when it is first asked for: most connections have no event.
  const std::string& ja4();

  std::string server_name;                        // lower case; "" when the client sent none
  std::string message;                            // what ja4() is made from, until it is made
  std::string refusal;                            // why we end the handshake
  std::shared_ptr<const ClientAuth> client_auth;  // what was asked of the client

 private:
  std::string ja4_;
};

// The server side's TLS settings of one listener: the certificates and which of them answers which
// server name. Immutable once built and shared by every loop; a handshake that started with it
// keeps it alive. ECDHE with AEAD ciphers only, no renegotiation, no early data, session tickets
// (their keys are the process', so that a change of configuration does not end the sessions).
//
// A name may have a certificate of each key type: clients that take only RSA get that one, the
// others ECDSA, which costs a fraction.
class TlsContext {
 public:
  struct Options {
    std::vector<std::string> alpn = {"http/1.1"};  // in order of preference
    bool modern = false;                           // TLS 1.3 only
    bool refuse_unknown_names = false;  // instead of answering them with the first certificate
    // What the site of a server name asks of its clients; may be empty, may return null.
    std::function<std::shared_ptr<const ClientAuth>(std::string_view)> client_auth;
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

  // A server's state machine; null when there is no memory. `notes` must outlive it.
  SSL* newServer(HelloNotes* notes) const;

  // The name of the certificate that a server name is answered with: exact, then wildcard of one
  // label, then "*", then the first one. Of several that of the preferred key type.
  std::string_view certificateFor(std::string_view server_name) const;

 private:
  struct Entry;
  struct Tables;
  TlsContext();
  static int onHello(SSL* ssl, int* alert, void* argument);
  static int onStatus(SSL* ssl, void* argument);
  static int onServerName(SSL* ssl, int* alert, void* argument);
  static int onAlpn(SSL* ssl, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned int in_length, void* argument);
  const Entry& find(std::string_view server_name, bool* known) const;
  waf::Result<void> fill(const std::vector<TlsCertificate>& certificates);

  std::unique_ptr<Tables> tables_;
};

}  // namespace gateway
