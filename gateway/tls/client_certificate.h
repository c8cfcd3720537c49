#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "gateway/net/stream.h"
#include "gateway/tls/client_auth.h"

namespace gateway {

// What the client of a finished handshake showed, and whether `auth` took it; also of a resumed
// session, which carries the certificate and the verdict of its first handshake.
std::shared_ptr<const ClientCertificate> readClientCertificate(SSL* ssl, const ClientAuth& auth);

}  // namespace gateway
