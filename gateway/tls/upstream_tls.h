#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/tls/tls_context.h"
#include "waf/base/result.h"

namespace gateway {

// The client side's TLS settings of one upstream, shared by all its endpoints and every loop: TLS
// 1.2 and 1.3, the endpoint's certificate checked against the given authorities (else the system's)
// and for the server's name (RFC 9525), a client certificate where one is chosen. Keeps the newest
// session of each endpoint, so that the next connection resumes it. Immutable but for the sessions;
// any thread.
class UpstreamTls {
 public:
  struct Settings {
    bool verify = true;
    std::string server_name;  // "": the endpoint's host
    std::string ca_pem;       // "": the system's authorities
    std::optional<TlsCertificate> client;

    bool operator==(const Settings&) const = default;
  };
  // Errors say which part is wrong: "ca_pem: …", "client certificate …".
  static waf::Result<std::shared_ptr<const UpstreamTls>> create(Settings settings);
  ~UpstreamTls();

  const Settings& settings() const;
  // Another number for each object: connections of one are never used for another.
  uint64_t serial() const;

  // What the check of the endpoint's certificate leaves for the message. Outlives the state
  // machine.
  struct Notes {
    std::string names;  // those of the certificate
    std::string wanted;
  };
  // A client's state machine for an endpoint, with its last session; null when there is no memory.
  // `host` is the endpoint's, without port.
  // `http2`: that is offered (RFC 9113, 3.2) instead of HTTP/1.1.
  SSL* newClient(const std::string& endpoint, const std::string& host, bool http2,
                 Notes* notes) const;
  // Why a handshake failed and what to do about it; "" when it was not the certificate's check.
  static std::string explainVerification(SSL* ssl, const Notes& notes);

 private:
  struct State;
  UpstreamTls();

  std::unique_ptr<State> state_;
};

}  // namespace gateway
