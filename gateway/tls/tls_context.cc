// The first message of a handshake decides: onClientHello() reads its bytes before OpenSSL has
// looked at them, onHello() chooses by the server name in it, before a session is resumed.
#include "gateway/tls/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "db/certificate/certificate.h"
#include "gateway/tls/client_hello.h"
#include "gateway/tls/ticket_keys.h"
#include "gateway/tls/tls_settings.h"
#include "waf/base/clock.h"
#include "waf/base/text.h"

namespace gateway {

namespace {

constexpr char kSessionIdContext[] = "portcullis";
// A connection holds no more of its first message; those of browsers have up to two thousand bytes.
constexpr size_t kKeptHello = 4096;

int notesIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

HelloNotes* notesOf(SSL* ssl) {
  return static_cast<HelloNotes*>(SSL_get_ex_data(ssl, notesIndex()));
}

// OpenSSL's own view of the extensions leaves out those that it does not know, which a fingerprint
// needs. Contract: SSL_set_msg_callback(3).
void onClientHello(int written, int /*version*/, int type, const void* bytes, size_t length,
                   SSL* ssl, void* /*argument*/) {
  if (written != 0 || type != SSL3_RT_HANDSHAKE) return;
  SSL_set_msg_callback(ssl, nullptr);
  HelloNotes* notes = notesOf(ssl);
  ClientHello hello;
  if (notes == nullptr || !hello.parse({static_cast<const char*>(bytes), length})) return;
  notes->server_name = hello.server_name;
  notes->message.assign(static_cast<const char*>(bytes), length);
  if (length > kKeptHello) notes->ja4();
}

waf::Unexpected refuse(const TlsCertificate& certificate, const waf::Error& error) {
  return waf::fail(error.code, "tls", "certificate \"" + certificate.name + "\": " + error.message);
}

tls::ContextPtr serverContext(bool modern) {
  tls::ContextPtr context = tls::newContext(TLS_server_method());
  if (!context) return nullptr;
  SSL_CTX* raw = context.get();
  if (modern) SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(raw, 1);
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  shareTicketKeys(raw);
  if (SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(kSessionIdContext),
                                     sizeof kSessionIdContext - 1) != 1) {
    return nullptr;
  }
  return context;
}

// ECDSA before RSA before the rest.
int rankOf(const std::string& key_type) {
  if (key_type.starts_with("ECDSA")) return 0;
  return key_type.starts_with("RSA") ? 1 : 2;
}

}  // namespace

const std::string& HelloNotes::ja4() {
  if (!message.empty()) {
    ClientHello hello;
    if (hello.parse(message)) ja4_ = gateway::ja4(hello);
    std::string().swap(message);
  }
  return ja4_;
}

struct TlsContext::Entry {
  std::string name;
  tls::ContextPtr context;
};

struct TlsContext::Tables {
  Options options;
  std::vector<unsigned char> alpn;
  std::vector<Entry> entries;
  // By lower-case name; a wildcard without its star (".a.example"); "*" for any.
  std::unordered_map<std::string, size_t> exact;
  std::unordered_map<std::string, size_t> wildcard;
  size_t fallback = 0;
  std::unordered_map<const X509*, std::shared_ptr<OcspStaple>> staples;  // by a context's own copy
};

namespace {

struct Candidate {
  size_t index = 0;  // in the list of certificates
  int rank = 0;
  bool expired = false;
};

// Of each key type the first, but a valid one over an expired one; the preferred type first.
std::vector<size_t> choose(const std::vector<Candidate>& candidates) {
  std::map<int, Candidate> best;
  for (const Candidate& each : candidates) {
    const auto [at, added] = best.emplace(each.rank, each);
    if (!added && at->second.expired && !each.expired) at->second = each;
  }
  const bool any_valid =
      std::any_of(best.begin(), best.end(), [](const auto& each) { return !each.second.expired; });
  std::vector<size_t> out;
  for (const auto& [rank, each] : best) {
    if (!any_valid || !each.expired) out.push_back(each.index);
  }
  return out;
}

}  // namespace

TlsContext::TlsContext() : tables_(std::make_unique<Tables>()) {}
TlsContext::~TlsContext() = default;

waf::Result<void> TlsContext::fill(const std::vector<TlsCertificate>& certificates) {
  std::vector<std::string> order;  // of the hosts, as they come
  std::unordered_map<std::string, std::vector<Candidate>> by_host;
  for (size_t i = 0; i < certificates.size(); ++i) {
    const TlsCertificate& certificate = certificates[i];
    const auto info = db::inspectCertificate(certificate.chain_pem);
    if (!info) return refuse(certificate, info.error());
    const auto matches = db::checkKeyMatches(certificate.chain_pem, certificate.key_pem);
    if (!matches) return refuse(certificate, matches.error());
    const bool expired = info->not_after <= waf::Clock::system().wall();
    std::vector<std::string> hosts = certificate.hosts.empty() ? info->hosts : certificate.hosts;
    // One without a name still answers where no other does.
    if (hosts.empty()) hosts.emplace_back();
    for (const std::string& host : hosts) {
      std::vector<Candidate>& candidates = by_host[waf::toLower(host)];
      if (candidates.empty()) order.push_back(waf::toLower(host));
      candidates.push_back({i, rankOf(info->key_type), expired});
    }
  }
  std::map<std::vector<size_t>, size_t> made;
  for (const std::string& host : order) {
    const std::vector<size_t> chosen = choose(by_host[host]);
    const auto [at, fresh] = made.emplace(chosen, tables_->entries.size());
    if (fresh) {
      tls::ContextPtr context = serverContext(tables_->options.modern);
      if (!context) return waf::fail(waf::ErrorCode::Exhausted, "tls", "tls: out of memory");
      for (const size_t index : chosen) {
        const auto used = tls::useCertificate(context.get(), certificates[index]);
        if (!used) return refuse(certificates[index], used.error());
        if (certificates[index].staple) {
          tables_->staples[SSL_CTX_get0_certificate(context.get())] = certificates[index].staple;
        }
      }
      SSL_CTX_set_client_hello_cb(context.get(), onHello, this);
      SSL_CTX_set_tlsext_servername_callback(context.get(), onServerName);
      SSL_CTX_set_alpn_select_cb(context.get(), onAlpn, this);
      SSL_CTX_set_tlsext_status_cb(context.get(), onStatus);
      SSL_CTX_set_tlsext_status_arg(context.get(), this);
      tables_->entries.push_back({certificates[chosen.front()].name, std::move(context)});
    }
    const bool is_wildcard = host.starts_with("*.");
    auto& map = host == "*" || is_wildcard ? tables_->wildcard : tables_->exact;
    map.emplace(is_wildcard ? host.substr(1) : host, at->second);
    if (host == "*") tables_->fallback = at->second;
  }
  return {};
}

waf::Result<std::shared_ptr<const TlsContext>> TlsContext::create(
    const std::vector<TlsCertificate>& certificates, Options options) {
  if (certificates.empty()) {
    return waf::fail(waf::ErrorCode::Invalid, "tls", "tls: a TLS listener needs a certificate");
  }
  ERR_clear_error();
  std::shared_ptr<TlsContext> context(new TlsContext());
  context->tables_->alpn = tls::wireAlpn(options.alpn);
  context->tables_->options = std::move(options);
  if (const auto filled = context->fill(certificates); !filled) return waf::fail(filled.error());
  return std::shared_ptr<const TlsContext>(std::move(context));
}

SSL* TlsContext::newServer(HelloNotes* notes) const {
  SSL* ssl = SSL_new(tables_->entries[tables_->fallback].context.get());
  if (ssl == nullptr) return nullptr;
  if (SSL_set_ex_data(ssl, notesIndex(), notes) != 1) {
    SSL_free(ssl);
    return nullptr;
  }
  SSL_set_msg_callback(ssl, onClientHello);
  SSL_set_accept_state(ssl);
  return ssl;
}

const TlsContext::Entry& TlsContext::find(std::string_view server_name, bool* known) const {
  const Tables& tables = *tables_;
  std::string name = waf::toLower(server_name);
  if (name.ends_with('.')) name.pop_back();
  *known = true;
  if (const auto exact = tables.exact.find(name); exact != tables.exact.end() && !name.empty()) {
    return tables.entries[exact->second];
  }
  if (const size_t dot = name.find('.'); dot != std::string::npos && dot > 0) {
    const auto wildcard = tables.wildcard.find(name.substr(dot));
    if (wildcard != tables.wildcard.end()) return tables.entries[wildcard->second];
  }
  *known = false;
  return tables.entries[tables.fallback];
}

std::string_view TlsContext::certificateFor(std::string_view server_name) const {
  bool known = false;
  return find(server_name, &known).name;
}

// RFC 6066, 3: a name that no certificate has is answered with the first one, as browsers then show
// which host they reached, instead of an alert that explains nothing; unless the listener is told
// to refuse it.
int TlsContext::onHello(SSL* ssl, int* alert, void* argument) {
  const auto* self = static_cast<const TlsContext*>(argument);
  HelloNotes* notes = notesOf(ssl);
  if (notes == nullptr) return SSL_CLIENT_HELLO_ERROR;
  const Options& options = self->tables_->options;
  bool known = false;
  const Entry& entry = self->find(notes->server_name, &known);
  if (!known && options.refuse_unknown_names) {
    notes->refusal = notes->server_name.empty()
                         ? "the client names no server, and unknown_server_name is refuse"
                         : "no certificate is for \"" + notes->server_name +
                               "\", and unknown_server_name is refuse";
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_CLIENT_HELLO_ERROR;
  }
  SSL_set_SSL_CTX(ssl, entry.context.get());
  if (options.client_auth) notes->client_auth = options.client_auth(notes->server_name);
  if (notes->client_auth && !notes->client_auth->ask(ssl)) {
    notes->refusal = "out of memory";
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

// RFC 6066, 8: the client asked for the certificate's state. Contract:
// SSL_CTX_set_tlsext_status_cb(3).
int TlsContext::onStatus(SSL* ssl, void* argument) {
  const auto* self = static_cast<const TlsContext*>(argument);
  const auto found = self->tables_->staples.find(SSL_get_certificate(ssl));
  if (found == self->tables_->staples.end()) return SSL_TLSEXT_ERR_NOACK;
  const std::shared_ptr<const std::string> response = found->second->response();
  if (!response) return SSL_TLSEXT_ERR_NOACK;
  void* copy = OPENSSL_memdup(response->data(), response->size());
  if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response->size()));  // takes it
  return SSL_TLSEXT_ERR_OK;
}

// The choice is made; this acknowledges the name to the client.
int TlsContext::onServerName(SSL* ssl, int* /*alert*/, void* /*argument*/) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_OK;
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
