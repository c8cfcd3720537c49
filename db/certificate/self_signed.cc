#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "db/certificate/certificate.h"
#include "db/certificate/openssl_handles.h"
#include "waf/base/ip_network.h"

namespace db {

using openssl::BignumPtr;
using openssl::ExtensionPtr;
using openssl::KeyPtr;
using openssl::X509Ptr;

namespace {

constexpr size_t kMostHosts = 100;
constexpr size_t kLongestCommonName = 64;  // ub-common-name of RFC 5280

bool isHostName(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
  });
}

// A random serial number of 127 bits (RFC 5280, 4.1.2.2).
bool setSerial(X509* certificate) {
  const BignumPtr number(BN_new());
  return number && BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool addExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool setName(X509* certificate, const std::string& host) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(host.c_str());
  const int length = static_cast<int>(std::min(host.size(), kLongestCommonName));
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, length, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool setTimes(X509* certificate, waf::WallTime now, int days) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  // An hour back, for clients whose clocks are late.
  return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds - 3600) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds + days * std::time_t{86400}) !=
             nullptr;
}

}  // namespace

waf::Result<CertificatePem> makeSelfSigned(const std::vector<std::string>& hosts, waf::WallTime now,
                                           int days) {
  if (hosts.empty()) return openssl::invalid("certificate: give at least one host name");
  if (hosts.size() > kMostHosts) return openssl::invalid("certificate: at most 100 host names");
  std::string alternatives;
  for (const std::string& host : hosts) {
    waf::IpAddress address;
    const bool is_address = waf::IpAddress::parse(host, &address);
    if (!is_address && !isHostName(host)) {
      return openssl::invalid("certificate: \"" + host +
                              "\" is neither a host name nor an IP address");
    }
    if (!alternatives.empty()) alternatives += ',';
    alternatives += (is_address ? "IP:" : "DNS:") + host;
  }
  ERR_clear_error();
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  const bool made = key && certificate &&
                    X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    setSerial(certificate.get()) && setTimes(certificate.get(), now, days) &&
                    setName(certificate.get(), hosts.front()) &&
                    X509_set_pubkey(certificate.get(), key.get()) == 1 &&
                    addExtension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    addExtension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
                    addExtension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
                    addExtension(certificate.get(), NID_subject_key_identifier, "hash") &&
                    addExtension(certificate.get(), NID_subject_alt_name, alternatives) &&
                    X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  if (!made) {
    ERR_clear_error();
    return waf::fail(waf::ErrorCode::Internal, "certificate",
                     "certificate: OpenSSL could not make the self-signed certificate");
  }
  auto key_pem = openssl::toPem(key.get());
  if (!key_pem) return waf::fail(std::move(key_pem).error());
  return CertificatePem{openssl::toPem(certificate.get()), std::move(key_pem).value()};
}

}  // namespace db
