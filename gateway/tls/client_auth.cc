#include "gateway/tls/client_auth.h"

#include <openssl/err.h>
#include <openssl/sha.h>

#include "db/certificate/openssl_handles.h"

namespace gateway {

namespace {

using StorePtr = std::unique_ptr<X509_STORE, db::openssl::Deleter<X509_STORE_free>>;

void freeNames(STACK_OF(X509_NAME) * names) { sk_X509_NAME_pop_free(names, X509_NAME_free); }
using NamesPtr = std::unique_ptr<STACK_OF(X509_NAME), db::openssl::Deleter<freeNames>>;

constexpr int kDepth = 5;

// The result is kept (SSL_get_verify_result) and judged by the site.
int letPass(int /*good*/, X509_STORE_CTX* /*store*/) { return 1; }

}  // namespace

struct ClientAuth::State {
  Mode mode = Mode::Require;
  std::string identity;
  StorePtr store;
  NamesPtr names;  // of the authorities, which the client is told
};

ClientAuth::ClientAuth() : state_(std::make_unique<State>()) {}
ClientAuth::~ClientAuth() = default;

ClientAuth::Mode ClientAuth::mode() const { return state_->mode; }
const std::string& ClientAuth::identity() const { return state_->identity; }

waf::Result<std::shared_ptr<const ClientAuth>> ClientAuth::create(Mode mode,
                                                                  const std::string& ca_pem) {
  auto authorities = db::openssl::readCertificates(ca_pem);
  if (!authorities) return waf::fail(std::move(authorities).error());
  ERR_clear_error();
  std::shared_ptr<ClientAuth> out(new ClientAuth());
  State& state = *out->state_;
  state.mode = mode;
  state.store.reset(X509_STORE_new());
  state.names.reset(sk_X509_NAME_new_null());
  bool good = state.store && state.names;
  for (const auto& authority : *authorities) {
    if (!good) break;
    X509_NAME* name = X509_NAME_dup(X509_get_subject_name(authority.get()));
    good = name != nullptr && sk_X509_NAME_push(state.names.get(), name) > 0 &&
           X509_STORE_add_cert(state.store.get(), authority.get()) == 1;
  }
  if (!good) {
    ERR_clear_error();
    return waf::fail(waf::ErrorCode::Invalid, "tls", "OpenSSL does not take the authorities");
  }
  X509_STORE_set_flags(state.store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  const std::string text = (mode == Mode::Require ? "require\n" : "optional\n") + ca_pem;
  state.identity.resize(SHA256_DIGEST_LENGTH);
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(state.identity.data()));
  return std::shared_ptr<const ClientAuth>(std::move(out));
}

bool ClientAuth::ask(SSL* ssl) const {
  STACK_OF(X509_NAME)* names = SSL_dup_CA_list(state_->names.get());
  if (names == nullptr) return false;
  SSL_set_client_CA_list(ssl, names);  // takes it
  SSL_set_verify(ssl, SSL_VERIFY_PEER, letPass);
  SSL_set_verify_depth(ssl, kDepth);
  const auto* context = reinterpret_cast<const unsigned char*>(state_->identity.data());
  return SSL_set1_verify_cert_store(ssl, state_->store.get()) == 1 &&
         SSL_set_session_id_context(ssl, context, static_cast<unsigned>(state_->identity.size())) ==
             1;
}

}  // namespace gateway
