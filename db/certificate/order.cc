#include <openssl/x509.h>

#include <algorithm>

#include "db/certificate/certificate.h"
#include "db/certificate/openssl_handles.h"

namespace db {

using openssl::X509Ptr;

namespace {

bool issued(X509* issuer, X509* subject) {
  return issuer != subject && X509_check_issued(issuer, subject) == X509_V_OK;
}

// The leaf, then who issued it, and so on as far as the certificates at hand go.
std::string chainFrom(X509* leaf, const std::vector<X509Ptr>& certificates) {
  std::vector<X509*> chain = {leaf};
  for (;;) {
    X509* last = chain.back();
    if (X509_self_signed(last, 0) == 1) break;
    const auto next = std::find_if(certificates.begin(), certificates.end(), [&](const X509Ptr& c) {
      return issued(c.get(), last) && std::find(chain.begin(), chain.end(), c.get()) == chain.end();
    });
    if (next == certificates.end()) break;
    chain.push_back(next->get());
  }
  std::string pem;
  for (X509* certificate : chain) pem += openssl::toPem(certificate);
  ERR_clear_error();
  return pem;
}

}  // namespace

waf::Result<CertificatePem> orderPem(std::string_view pem) {
  const auto certificates = openssl::readCertificates(pem);
  if (!certificates) return waf::fail(certificates.error());
  const auto key = openssl::readKey(pem);
  if (!key) return waf::fail(key.error());
  const auto leaf =
      std::find_if(certificates->begin(), certificates->end(), [&](const X509Ptr& certificate) {
        return X509_check_private_key(certificate.get(), key->get()) == 1;
      });
  if (leaf == certificates->end()) {
    return openssl::invalid(
        "key: it matches none of the certificates; give the key that the certificate was requested "
        "with");
  }
  auto key_pem = openssl::toPem(key->get());
  if (!key_pem) return waf::fail(std::move(key_pem).error());
  return CertificatePem{chainFrom(leaf->get(), *certificates), std::move(key_pem).value()};
}

waf::Result<std::string> orderChain(std::string_view chain_pem) {
  const auto certificates = openssl::readCertificates(chain_pem);
  if (!certificates) return waf::fail(certificates.error());
  for (const X509Ptr& candidate : *certificates) {
    const bool issues_another =
        std::any_of(certificates->begin(), certificates->end(),
                    [&](const X509Ptr& other) { return issued(candidate.get(), other.get()); });
    if (!issues_another) return chainFrom(candidate.get(), *certificates);
  }
  return openssl::invalid("certificate: the certificates issue each other in a circle");
}

}  // namespace db
