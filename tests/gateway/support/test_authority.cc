#include "tests/gateway/support/test_authority.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdlib>

#include "db/certificate/openssl_handles.h"
#include "waf/base/ip_network.h"

namespace gateway::testing {

namespace {

using db::openssl::X509Ptr;
constexpr long kDay = 86400;

db::openssl::KeyPtr newKey(bool rsa) {
  return db::openssl::KeyPtr(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
}

void addExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const db::openssl::ExtensionPtr extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) std::abort();
}

X509Ptr newCertificate(EVP_PKEY* key, const std::string& name, int days) {
  static long serial = 1000;
  X509Ptr out(X509_new());
  X509_set_version(out.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -100 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), days * kDay);
  X509_set_pubkey(out.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return out;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) {
  const auto key = newKey(false);
  const X509Ptr certificate = newCertificate(key.get(), name, 100);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  addExtension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  addExtension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) std::abort();
  pem_ = db::openssl::toPem(certificate.get());
  key_pem_ = *db::openssl::toPem(key.get());
}

db::CertificatePem TestAuthority::issue(const std::vector<std::string>& names, Wish wish) const {
  const auto key = newKey(wish.rsa);
  const auto issuer_key = db::openssl::readKey(key_pem_);
  const auto issuer = db::openssl::readCertificates(pem_);
  const X509Ptr certificate = newCertificate(key.get(), names.front(), wish.days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer->front().get()));
  std::string alternatives;
  for (const std::string& name : names) {
    waf::IpAddress ignored;
    alternatives += alternatives.empty() ? "" : ",";
    alternatives += (waf::IpAddress::parse(name, &ignored) ? "IP:" : "DNS:") + name;
  }
  addExtension(certificate.get(), issuer->front().get(), NID_subject_alt_name, alternatives);
  if (!wish.ocsp_url.empty()) {
    addExtension(certificate.get(), issuer->front().get(), NID_info_access,
                 "OCSP;URI:" + wish.ocsp_url);
  }
  if (wish.must_staple) {
    addExtension(certificate.get(), issuer->front().get(), NID_tlsfeature, "status_request");
  }
  if (X509_sign(certificate.get(), issuer_key->get(), EVP_sha256()) == 0) std::abort();
  return {db::openssl::toPem(certificate.get()), *db::openssl::toPem(key.get())};
}

}  // namespace gateway::testing
