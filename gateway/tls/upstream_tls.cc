#include "gateway/tls/upstream_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "db/certificate/certificate.h"
#include "db/certificate/openssl_handles.h"
#include "gateway/tls/tls_settings.h"
#include "waf/base/ip_network.h"

namespace gateway {

namespace {

using SessionPtr = std::unique_ptr<SSL_SESSION, db::openssl::Deleter<SSL_SESSION_free>>;
using SslPtr = std::unique_ptr<SSL, db::openssl::Deleter<SSL_free>>;

// The newest session of one endpoint. Found again through the SSL's extra data.
struct SessionSlot {
  std::mutex mutex;
  SessionPtr session;
};

int slotIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int notesIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Contract: SSL_CTX_sess_set_new_cb(3); 1 takes the reference.
int onNewSession(SSL* ssl, SSL_SESSION* session) {
  auto* slot = static_cast<SessionSlot*>(SSL_get_ex_data(ssl, slotIndex()));
  if (slot == nullptr) return 0;
  const std::lock_guard lock(slot->mutex);
  slot->session.reset(session);
  return 1;
}

// Notes the names of a certificate that has the wrong ones: after the failure it is gone.
int onVerified(int good, X509_STORE_CTX* store) {
  if (good == 1) return 1;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* notes = static_cast<UpstreamTls::Notes*>(SSL_get_ex_data(ssl, notesIndex()));
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (notes == nullptr || certificate == nullptr) return 0;
  if (const auto info = db::inspectCertificate(db::openssl::toPem(certificate))) {
    constexpr size_t kShown = 5;
    for (size_t i = 0; i < info->hosts.size() && i < kShown; ++i) {
      notes->names += (i == 0 ? "" : ", ") + info->hosts[i];
    }
  }
  return 0;
}

bool isIpAddress(const std::string& host) {
  waf::IpAddress ignored;
  return waf::IpAddress::parse(host, &ignored);
}

// RFC 6066, 3: a name, never an address.
bool expectName(SSL* ssl, const std::string& name) {
  if (isIpAddress(name)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

waf::Unexpected invalid(std::string message) {
  ERR_clear_error();
  return waf::fail(waf::ErrorCode::Invalid, "tls", std::move(message));
}

}  // namespace

struct UpstreamTls::State {
  Settings settings;
  uint64_t serial = 0;
  tls::ContextPtr context;
  std::mutex mutex;                                       // the map; a slot never moves
  std::unordered_map<std::string, SessionSlot> sessions;  // by endpoint
};

UpstreamTls::UpstreamTls() : state_(std::make_unique<State>()) {}
UpstreamTls::~UpstreamTls() = default;

const UpstreamTls::Settings& UpstreamTls::settings() const { return state_->settings; }
uint64_t UpstreamTls::serial() const { return state_->serial; }

waf::Result<std::shared_ptr<const UpstreamTls>> UpstreamTls::create(Settings settings) {
  static std::atomic<uint64_t> made{0};
  ERR_clear_error();
  std::shared_ptr<UpstreamTls> out(new UpstreamTls());
  State& state = *out->state_;
  state.serial = ++made;
  state.context = tls::newContext(TLS_client_method());
  SSL_CTX* raw = state.context.get();
  if (raw == nullptr) return invalid("out of memory");
  if (!settings.ca_pem.empty()) {
    const auto added = tls::trust(raw, settings.ca_pem);
    if (!added) return invalid("ca_pem: " + added.error().message);
  } else if (settings.verify && SSL_CTX_set_default_verify_paths(raw) != 1) {
    return invalid("the system's certificate authorities cannot be read; install ca-certificates");
  }
  if (settings.client) {
    const auto used = tls::useCertificate(raw, *settings.client);
    if (!used) return invalid("client certificate: " + used.error().message);
  }
  SSL_CTX_set_verify(raw, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, onVerified);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, onNewSession);
  state.settings = std::move(settings);
  return std::shared_ptr<const UpstreamTls>(std::move(out));
}

SSL* UpstreamTls::newClient(const std::string& endpoint, const std::string& host, bool http2,
                            Notes* notes) const {
  State& state = *state_;
  SessionSlot* slot = nullptr;
  {
    const std::lock_guard lock(state.mutex);
    slot = &state.sessions[endpoint];
  }
  SslPtr ssl(SSL_new(state.context.get()));
  if (!ssl) return nullptr;
  notes->wanted = state.settings.server_name.empty() ? host : state.settings.server_name;
  if (!expectName(ssl.get(), notes->wanted) || SSL_set_ex_data(ssl.get(), slotIndex(), slot) != 1 ||
      SSL_set_ex_data(ssl.get(), notesIndex(), notes) != 1) {
    return nullptr;
  }
  const std::vector<unsigned char> alpn = tls::wireAlpn({http2 ? "h2" : "http/1.1"});
  // Zero is success here (SSL_set_alpn_protos(3)).
  if (SSL_set_alpn_protos(ssl.get(), alpn.data(), static_cast<unsigned>(alpn.size())) != 0) {
    return nullptr;
  }
  {
    const std::lock_guard lock(slot->mutex);
    if (slot->session) SSL_set_session(ssl.get(), slot->session.get());
  }
  SSL_set_connect_state(ssl.get());
  return ssl.release();
}

std::string UpstreamTls::explainVerification(SSL* ssl, const Notes& notes) {
  const long code = SSL_get_verify_result(ssl);
  switch (code) {
    case X509_V_OK:
      return "";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the name check failed: its certificate is for " +
             (notes.names.empty() ? "no name at all" : notes.names) + ", not for " + notes.wanted +
             "; set tls.server_name to a name that it has";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return std::string("the trust check failed: ") + X509_verify_cert_error_string(code) +
             "; give the authority that issued its certificate in tls.ca_pem, or have the upstream "
             "send the whole chain";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the validity check failed: its certificate has expired; renew it on the upstream";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the validity check failed: its certificate is not valid yet; compare the clocks of "
             "both machines";
    default:
      return std::string("the certificate check failed: ") + X509_verify_cert_error_string(code) +
             "; replace the upstream's certificate";
  }
}

}  // namespace gateway
