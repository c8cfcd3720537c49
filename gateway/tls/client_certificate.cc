#include "gateway/tls/client_certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>

#include "db/certificate/openssl_handles.h"

namespace gateway {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr size_t kLongestName = 1024;

using OpensslText = std::unique_ptr<char, decltype([](char* text) { OPENSSL_free(text); })>;

// RFC 2253 escapes what is not printable ASCII, so the text may stand in a header field.
std::string print(const X509_NAME* name) {
  const db::openssl::BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return "";
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(length)).substr(0, kLongestName);
}

std::string serialOf(const X509* certificate) {
  const db::openssl::BignumPtr number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  const OpensslText text(number ? BN_bn2hex(number.get()) : nullptr);
  return text ? text.get() : "";
}

std::string fingerprintOf(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1) return "";
  std::string out;
  for (size_t i = 0; i < length; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

}  // namespace

std::shared_ptr<const ClientCertificate> readClientCertificate(SSL* ssl, const ClientAuth& auth) {
  auto out = std::make_shared<ClientCertificate>();
  out->asked_by = auth.identity();
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return out;
  out->present = true;
  const long result = SSL_get_verify_result(ssl);
  out->verified = result == X509_V_OK;
  if (!out->verified) out->problem = X509_verify_cert_error_string(result);
  out->subject = print(X509_get_subject_name(certificate));
  out->issuer = print(X509_get_issuer_name(certificate));
  out->serial = serialOf(certificate);
  out->fingerprint = fingerprintOf(certificate);
  ERR_clear_error();
  return out;
}

}  // namespace gateway
