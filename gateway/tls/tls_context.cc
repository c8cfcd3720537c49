#include "gateway/tls/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "db/certificate/certificate.h"
#include "db/certificate/openssl_handles.h"
#include "gateway/tls/ticket_keys.h"
#include "waf/base/clock.h"
#include "waf/base/text.h"

namespace gateway {

namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, db::openssl::Deleter<SSL_CTX_free>>;

// TLS 1.2: forward secrecy and AEAD only (RFC 9325, 4.2). TLS 1.3 has no others.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char kSessionIdContext[] = "portcullis";

waf::Unexpected refuse(const TlsCertificate& certificate, const waf::Error& error) {
  return waf::fail(error.code, "tls", "certificate \"" + certificate.name + "\": " + error.message);
}

ContextPtr makeContext() {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return nullptr;
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_COMPRESSION |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An idle connection keeps no record buffer; a write may continue from other memory.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A record's head and body come by one call of recv.
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  shareTicketKeys(raw);
  const bool ready =
      SSL_CTX_set_cipher_list(raw, kCiphers) == 1 &&
      SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1 &&
      SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(kSessionIdContext),
                                     sizeof kSessionIdContext - 1) == 1;
  if (!ready) return nullptr;
  return context;
}

bool useCertificate(SSL_CTX* context, const TlsCertificate& certificate) {
  auto chain = db::openssl::readCertificates(certificate.chain_pem);
  auto key = db::openssl::readKey(certificate.key_pem);
  if (!chain || !key) return false;
  if (SSL_CTX_use_certificate(context, chain->front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
    return false;
  }
  for (size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) != 1) return false;
  }
  return true;
}

std::string serverNameOf(SSL* ssl) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? std::string() : waf::toLower(name);
}

}  // namespace

struct TlsContext::Entry {
  std::string name;
  ContextPtr context;
  bool expired = false;
};

struct TlsContext::Tables {
  std::vector<Entry> entries;
  // By lower-case name; a wildcard without its star (".a.example"); "*" for any.
  std::unordered_map<std::string, size_t> exact;
  std::unordered_map<std::string, size_t> wildcard;
  size_t fallback = 0;
  std::vector<unsigned char> alpn;  // length-prefixed, in our order of preference

  // The first certificate for a host wins, but a valid one over an expired one.
  void serve(const std::string& host, size_t index) {
    const bool is_wildcard = host.starts_with("*.");
    auto& map = host == "*" || is_wildcard ? wildcard : exact;
    const auto [at, added] = map.emplace(is_wildcard ? host.substr(1) : host, index);
    if (!added && entries[at->second].expired && !entries[index].expired) at->second = index;
    if (host == "*") fallback = at->second;
  }
};

TlsContext::TlsContext() : tables_(std::make_unique<Tables>()) {}
TlsContext::~TlsContext() = default;

waf::Result<void> TlsContext::add(const TlsCertificate& certificate) {
  const auto info = db::inspectCertificate(certificate.chain_pem);
  if (!info) return refuse(certificate, info.error());
  const auto matches = db::checkKeyMatches(certificate.chain_pem, certificate.key_pem);
  if (!matches) return refuse(certificate, matches.error());
  ERR_clear_error();
  ContextPtr context = makeContext();
  if (!context || !useCertificate(context.get(), certificate)) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return refuse(certificate, {waf::ErrorCode::Invalid, "tls",
                                std::string("OpenSSL does not take it: ") +
                                    (reason != nullptr ? reason : "no reason given")});
  }
  SSL_CTX_set_tlsext_servername_callback(context.get(), onServerName);
  SSL_CTX_set_tlsext_servername_arg(context.get(), this);
  SSL_CTX_set_alpn_select_cb(context.get(), onAlpn, this);
  const size_t index = tables_->entries.size();
  const bool expired = info->not_after <= waf::Clock::system().wall();
  tables_->entries.push_back({certificate.name, std::move(context), expired});
  for (const std::string& host : certificate.hosts.empty() ? info->hosts : certificate.hosts) {
    tables_->serve(waf::toLower(host), index);
  }
  return {};
}

waf::Result<std::shared_ptr<const TlsContext>> TlsContext::create(
    const std::vector<TlsCertificate>& certificates, Options options) {
  if (certificates.empty()) {
    return waf::fail(waf::ErrorCode::Invalid, "tls", "tls: a TLS listener needs a certificate");
  }
  std::shared_ptr<TlsContext> context(new TlsContext());
  for (const std::string& protocol : options.alpn) {
    context->tables_->alpn.push_back(static_cast<unsigned char>(protocol.size()));
    context->tables_->alpn.insert(context->tables_->alpn.end(), protocol.begin(), protocol.end());
  }
  for (const TlsCertificate& certificate : certificates) {
    if (const auto added = context->add(certificate); !added) return waf::fail(added.error());
  }
  return std::shared_ptr<const TlsContext>(std::move(context));
}

const TlsContext::Entry& TlsContext::find(std::string_view server_name) const {
  const Tables& tables = *tables_;
  std::string name = waf::toLower(server_name);
  if (name.ends_with('.')) name.pop_back();
  if (const auto exact = tables.exact.find(name); exact != tables.exact.end()) {
    return tables.entries[exact->second];
  }
  if (const size_t dot = name.find('.'); dot != std::string::npos && dot > 0) {
    const auto wildcard = tables.wildcard.find(name.substr(dot));
    if (wildcard != tables.wildcard.end()) return tables.entries[wildcard->second];
  }
  return tables.entries[tables.fallback];
}

SSL_CTX* TlsContext::contextFor(std::string_view server_name) const {
  return find(server_name).context.get();
}

std::string_view TlsContext::certificateFor(std::string_view server_name) const {
  return find(server_name).name;
}

// RFC 6066, 3: a name that no certificate has is answered with the first one, as browsers then show
// which host they reached, instead of an alert that explains nothing.
int TlsContext::onServerName(SSL* ssl, int* /*alert*/, void* argument) {
  const auto* self = static_cast<const TlsContext*>(argument);
  const std::string name = serverNameOf(ssl);
  if (name.empty()) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(ssl, self->contextFor(name));
  return SSL_TLSEXT_ERR_OK;
}

int TlsContext::onAlpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length,
                       const unsigned char* in, unsigned int in_length, void* argument) {
  const auto* self = static_cast<const TlsContext*>(argument);
  const auto& ours = self->tables_->alpn;
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_length, ours.data(),
                                           static_cast<unsigned>(ours.size()), in, in_length);
  // RFC 7301, 3.2: protocols were offered and none is ours.
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace gateway
