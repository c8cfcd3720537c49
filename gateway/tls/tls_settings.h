#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "db/certificate/openssl_handles.h"
#include "gateway/tls/tls_context.h"
#include "waf/base/result.h"

// What both sides of TLS have in common: the SSL_CTX with our defaults, certificates put into it.
namespace gateway::tls {

using ContextPtr = std::unique_ptr<SSL_CTX, db::openssl::Deleter<SSL_CTX_free>>;

// TLS 1.2 with ECDHE and AEAD (RFC 9325, 4.2), and 1.3; no renegotiation, no compression, no early
// data. Null when there is no memory.
ContextPtr newContext(const SSL_METHOD* method);

// The certificate with its chain and key, beside those of other key types that are there already.
waf::Result<void> useCertificate(SSL_CTX* context, const TlsCertificate& certificate);

// Takes the certificates of a PEM text as authorities for the peer's.
waf::Result<void> trust(SSL_CTX* context, const std::string& ca_pem);

// The ALPN list as the handshake has it: each name behind its length (RFC 7301, 3.1).
std::vector<unsigned char> wireAlpn(const std::vector<std::string>& protocols);

}  // namespace gateway::tls
