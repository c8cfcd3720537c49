#include "gateway/tls/ocsp_staple.h"

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "db/certificate/openssl_handles.h"

namespace gateway {

namespace {

using db::openssl::Deleter;
using RequestPtr = std::unique_ptr<OCSP_REQUEST, Deleter<OCSP_REQUEST_free>>;
using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, Deleter<OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, Deleter<OCSP_BASICRESP_free>>;
using IdPtr = std::unique_ptr<OCSP_CERTID, Deleter<OCSP_CERTID_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using OpensslText = std::unique_ptr<char, decltype([](char* text) { OPENSSL_free(text); })>;
void freeUrls(STACK_OF(OPENSSL_STRING) * urls) { X509_email_free(urls); }
using UrlsPtr = std::unique_ptr<STACK_OF(OPENSSL_STRING), Deleter<freeUrls>>;
void freeStack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using StackPtr = std::unique_ptr<STACK_OF(X509), Deleter<freeStack>>;

constexpr int kTimeoutSeconds = 10;
constexpr size_t kLargestResponse = 64u << 10;
constexpr std::chrono::minutes kRetry{5};
constexpr std::chrono::hours kLongestPause{12};
constexpr std::chrono::hours kWithoutEnd{1};  // a response that names no end
constexpr long kClockSkewSeconds = 300;

waf::Unexpected fail(std::string message) {
  ERR_clear_error();
  return waf::fail(waf::ErrorCode::Unavailable, "ocsp", std::move(message));
}

std::string opensslReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason != nullptr ? reason : "no reason given";
}

std::chrono::seconds untilTime(const ASN1_GENERALIZEDTIME* time) {
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, time) != 1) return std::chrono::seconds(0);
  return std::chrono::seconds(int64_t{days} * 86400 + seconds);
}

}  // namespace

struct OcspStaple::State {
  explicit State(const waf::Clock& time) : clock(time) {}

  const waf::Clock& clock;
  db::openssl::X509Ptr leaf;
  db::openssl::X509Ptr issuer;
  std::string url;
  mutable std::mutex mutex;  // what follows
  std::shared_ptr<const std::string> response;
  waf::MonotonicTime ends;
  waf::MonotonicTime due;
  std::string problem;
};

OcspStaple::OcspStaple() = default;
OcspStaple::~OcspStaple() = default;

waf::Result<std::shared_ptr<OcspStaple>> OcspStaple::create(const std::string& chain_pem,
                                                            const waf::Clock& clock) {
  auto chain = db::openssl::readCertificates(chain_pem);
  if (!chain) return waf::fail(std::move(chain).error());
  if (chain->size() < 2) {
    return fail(
        "OCSP: the chain has no issuer, without which no response can be asked for; put it behind "
        "the certificate");
  }
  const UrlsPtr urls(X509_get1_ocsp(chain->front().get()));
  if (!urls || sk_OPENSSL_STRING_num(urls.get()) == 0) {
    return fail(
        "OCSP: the certificate names no responder (authorityInfoAccess); turn "
        "ocsp_stapling off");
  }
  std::shared_ptr<OcspStaple> out(new OcspStaple());
  out->state_ = std::make_unique<State>(clock);
  out->state_->url = sk_OPENSSL_STRING_value(urls.get(), 0);
  out->state_->leaf = std::move((*chain)[0]);
  out->state_->issuer = std::move((*chain)[1]);
  out->state_->due = clock.monotonic();
  return out;
}

std::shared_ptr<const std::string> OcspStaple::response() const {
  const std::lock_guard lock(state_->mutex);
  return state_->response && state_->clock.monotonic() < state_->ends ? state_->response : nullptr;
}

const std::string& OcspStaple::responder() const { return state_->url; }

waf::MonotonicTime OcspStaple::due() const {
  const std::lock_guard lock(state_->mutex);
  return state_->due;
}

std::string OcspStaple::problem() const {
  const std::lock_guard lock(state_->mutex);
  return state_->problem;
}

waf::Result<void> OcspStaple::refresh() {
  auto asked = ask();
  if (asked) return asked;
  const std::lock_guard lock(state_->mutex);
  state_->problem = asked.error().message;
  state_->due = state_->clock.monotonic() + kRetry;
  return asked;
}

waf::Result<void> OcspStaple::ask() {
  State& state = *state_;
  ERR_clear_error();
  char* host = nullptr;
  char* port = nullptr;
  char* path = nullptr;
  int tls = 0;
  const bool parsed = OSSL_HTTP_parse_url(state.url.c_str(), &tls, nullptr, &host, &port, nullptr,
                                          &path, nullptr, nullptr) == 1;
  const OpensslText owned_host(host);
  const OpensslText owned_port(port);
  const OpensslText owned_path(path);
  if (!parsed || tls != 0) return fail("OCSP: the responder's URL is not plain HTTP: " + state.url);

  const RequestPtr request(OCSP_REQUEST_new());
  IdPtr id(OCSP_cert_to_id(nullptr, state.leaf.get(), state.issuer.get()));
  const IdPtr kept(id ? OCSP_CERTID_dup(id.get()) : nullptr);
  if (!request || !kept || OCSP_request_add0_id(request.get(), id.get()) == nullptr) {
    return fail("OCSP: out of memory");
  }
  static_cast<void>(id.release());  // the request has it
  BIO* body = ASN1_item_i2d_mem_bio(ASN1_ITEM_rptr(OCSP_REQUEST),
                                    reinterpret_cast<const ASN1_VALUE*>(request.get()));
  const db::openssl::BioPtr owned_body(body);
  const db::openssl::BioPtr answer(
      OSSL_HTTP_transfer(nullptr, host, port, path, 0, nullptr, nullptr, nullptr, nullptr, nullptr,
                         nullptr, 0, nullptr, "application/ocsp-request", body,
                         "application/ocsp-response", 1, kLargestResponse, kTimeoutSeconds, 0));
  if (!answer) {
    return fail("OCSP: " + state.url + " gives no response: " + opensslReason() +
                "; allow the gateway to reach it");
  }
  const ResponsePtr response(reinterpret_cast<OCSP_RESPONSE*>(
      ASN1_item_d2i_bio(ASN1_ITEM_rptr(OCSP_RESPONSE), answer.get(), nullptr)));
  if (!response) return fail("OCSP: " + state.url + " answers what is no OCSP response");
  const int status = OCSP_response_status(response.get());
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return fail("OCSP: " + state.url + " refuses: " + OCSP_response_status_str(status));
  }
  const BasicPtr basic(OCSP_response_get1_basic(response.get()));
  const StorePtr store(X509_STORE_new());
  const StackPtr helpers(sk_X509_new_null());
  if (!basic || !store || !helpers || X509_STORE_add_cert(store.get(), state.issuer.get()) != 1 ||
      sk_X509_push(helpers.get(), state.issuer.get()) <= 0) {
    return fail("OCSP: the response cannot be read");
  }
  // RFC 6960, 4.2.2.2: signed by the issuer, or by who it authorised for it.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (OCSP_basic_verify(basic.get(), helpers.get(), store.get(), 0) != 1) {
    return fail("OCSP: the response is not signed by the certificate's issuer: " + opensslReason());
  }
  int verdict = 0;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  if (OCSP_resp_find_status(basic.get(), kept.get(), &verdict, nullptr, nullptr, &from, &until) !=
      1) {
    return fail("OCSP: the response is for another certificate");
  }
  if (verdict != V_OCSP_CERTSTATUS_GOOD) {
    return fail(std::string("OCSP: the responder says that the certificate is ") +
                OCSP_cert_status_str(verdict) + "; replace it");
  }
  if (OCSP_check_validity(from, until, kClockSkewSeconds, -1) != 1) {
    return fail("OCSP: the response is not valid now; compare the clocks of both machines");
  }
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_RESPONSE(response.get(), &der);
  if (length <= 0) return fail("OCSP: out of memory");
  auto bytes = std::make_shared<const std::string>(reinterpret_cast<char*>(der),
                                                   static_cast<size_t>(length));
  OPENSSL_free(der);

  const waf::MonotonicTime now = state.clock.monotonic();
  const auto left = until != nullptr ? untilTime(until) : std::chrono::seconds(kWithoutEnd);
  const std::lock_guard lock(state.mutex);
  state.response = std::move(bytes);
  state.ends = now + left;
  state.due = now + std::clamp<std::chrono::seconds>(left / 2, std::chrono::seconds(1),
                                                     std::chrono::seconds(kLongestPause));
  state.problem.clear();
  return {};
}

bool mustStaple(const std::string& chain_pem) {
  constexpr long kStatusRequest = 5;  // the TLS extension's number
  const auto chain = db::openssl::readCertificates(chain_pem);
  if (!chain) return false;
  using FeaturePtr = std::unique_ptr<TLS_FEATURE, Deleter<TLS_FEATURE_free>>;
  const FeaturePtr features(static_cast<TLS_FEATURE*>(
      X509_get_ext_d2i(chain->front().get(), NID_tlsfeature, nullptr, nullptr)));
  if (!features) return false;
  for (int i = 0; i < sk_ASN1_INTEGER_num(features.get()); ++i) {
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == kStatusRequest) return true;
  }
  return false;
}

}  // namespace gateway
