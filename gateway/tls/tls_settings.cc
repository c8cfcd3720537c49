#include "gateway/tls/tls_settings.h"

#include <openssl/err.h>

namespace gateway::tls {

namespace {

constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

waf::Unexpected refusedByOpenssl() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return waf::fail(
      waf::ErrorCode::Invalid, "tls",
      std::string("OpenSSL does not take it: ") + (reason != nullptr ? reason : "no reason given"));
}

}  // namespace

ContextPtr newContext(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) return nullptr;
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_COMPRESSION |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_max_early_data(raw, 0);
  // An idle connection keeps no record buffer; a write may continue from other memory.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A record's head and body come by one call of recv.
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  const bool ready = SSL_CTX_set_cipher_list(raw, kCiphers) == 1 &&
                     SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1;
  if (!ready) return nullptr;
  return context;
}

waf::Result<void> useCertificate(SSL_CTX* context, const TlsCertificate& certificate) {
  ERR_clear_error();
  auto chain = db::openssl::readCertificates(certificate.chain_pem);
  if (!chain) return waf::fail(std::move(chain).error());
  auto key = db::openssl::readKey(certificate.key_pem);
  if (!key) return waf::fail(std::move(key).error());
  if (SSL_CTX_use_certificate(context, chain->front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
    return refusedByOpenssl();
  }
  // The chain belongs to the certificate that was set last.
  for (size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) != 1) return refusedByOpenssl();
  }
  return {};
}

waf::Result<void> trust(SSL_CTX* context, const std::string& ca_pem) {
  auto authorities = db::openssl::readCertificates(ca_pem);
  if (!authorities) return waf::fail(std::move(authorities).error());
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& authority : *authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) return refusedByOpenssl();
  }
  // A certificate that was given is trusted itself, be it an authority's or the peer's own.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

std::vector<unsigned char> wireAlpn(const std::vector<std::string>& protocols) {
  std::vector<unsigned char> out;
  for (const std::string& protocol : protocols) {
    out.push_back(static_cast<unsigned char>(protocol.size()));
    out.insert(out.end(), protocol.begin(), protocol.end());
  }
  return out;
}

}  // namespace gateway::tls
