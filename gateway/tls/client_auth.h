#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "waf/base/result.h"

namespace gateway {

// Mutual TLS of one site: whose client certificates are taken. The handshake only asks and checks;
// a request without the certificate that its site wants is refused when it is routed, where there
// is a page and an event with the site's name. Immutable, shared by every loop.
class ClientAuth {
 public:
  enum class Mode { Optional, Require };

  // `ca_pem`: one authority or more. The error says what is wrong with it.
  static waf::Result<std::shared_ptr<const ClientAuth>> create(Mode mode,
                                                               const std::string& ca_pem);
  ~ClientAuth();

  Mode mode() const;
  // Equal for equal settings, whatever the snapshot. Also the context that sessions are bound to:
  // a session of another site or of other authorities is not resumed (RFC 8446, 4.6.1, and the
  // bypass that a shared ticket would be).
  const std::string& identity() const;

  // Makes a handshake ask for the certificate; to be called before it chooses a session.
  bool ask(SSL* ssl) const;

 private:
  struct State;
  ClientAuth();

  std::unique_ptr<State> state_;
};

}  // namespace gateway
