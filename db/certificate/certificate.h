#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/base/clock.h"
#include "waf/base/result.h"

// Certificates as PEM text: read, check, order, make. Needs no files and no network; callable from
// any thread.
namespace db {

// What is worth showing of a certificate (the leaf of a chain).
struct CertificateInfo {
  std::string subject;  // "CN=shop.example,O=Shop"
  std::vector<std::string>
      hosts;  // DNS names and IP addresses of subjectAltName; the common name where there is none
  std::string issuer;
  std::string key_type;  // "RSA 2048", "ECDSA P-256", "Ed25519"
  waf::WallTime not_before;
  waf::WallTime not_after;
  bool self_signed = false;
  std::string sha256;       // fingerprint, lower-case hex
  size_t chain_length = 0;  // certificates in the PEM text
};

// A chain (leaf first) with the leaf's private key.
struct CertificatePem {
  std::string chain_pem;
  std::string key_pem;
};

// The first certificate of a PEM text.
waf::Result<CertificateInfo> inspectCertificate(std::string_view chain_pem);

// One PEM text with certificates and a private key in any order, as people paste it: the leaf is
// the certificate whose key it is, the others follow by issuer. Errors: no key, an encrypted key,
// two keys, no certificate, none that matches the key. A certificate that is no part of the leaf's
// chain is left out.
waf::Result<CertificatePem> orderPem(std::string_view pem);

// Orders a chain without its key: the leaf is the one that issued no other.
waf::Result<std::string> orderChain(std::string_view chain_pem);

// The check before a certificate is taken: both parse, they belong together, the key is strong
// enough (RSA from 2048 bits), and it is neither expired nor not yet valid at `now`. Messages say
// what to do.
waf::Result<CertificateInfo> checkCertificate(std::string_view chain_pem, std::string_view key_pem,
                                              waf::WallTime now);

// Whether the key is the one of the first certificate.
waf::Result<void> checkKeyMatches(std::string_view chain_pem, std::string_view key_pem);

// An ECDSA P-256 certificate for names ("a.example", "*.a.example") and IP addresses, valid from an
// hour before `now`.
waf::Result<CertificatePem> makeSelfSigned(const std::vector<std::string>& hosts, waf::WallTime now,
                                           int days = 825);

// "a.example" is covered by "a.example" and "*.example"; "*" covers everything. Without case.
bool hostMatches(std::string_view pattern, std::string_view host);

}  // namespace db
