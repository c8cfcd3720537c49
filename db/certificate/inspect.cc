#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>
#include <ctime>

#include "db/certificate/certificate.h"
#include "db/certificate/openssl_handles.h"
#include "waf/base/hex.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace db {

using openssl::BioPtr;
using openssl::NamesPtr;

namespace {

std::string printName(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  // RFC 2253's order and escapes, with UTF-8 left readable.
  X509_NAME_print_ex(bio.get(), name, 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(length)};
}

std::string commonName(const X509_NAME* name) {
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0) return "";
  unsigned char* utf8 = nullptr;
  const int length =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (length < 0) return "";
  std::string text(reinterpret_cast<char*>(utf8), static_cast<size_t>(length));
  OPENSSL_free(utf8);
  return text;
}

std::string addressText(const ASN1_OCTET_STRING* bytes) {
  waf::IpAddress address;
  const int length = ASN1_STRING_length(bytes);
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  if (length == 16) {
    std::memcpy(address.bytes.data(), data, 16);
  } else if (length == 4) {
    address.bytes[10] = address.bytes[11] = 0xff;
    std::memcpy(address.bytes.data() + 12, data, 4);
  } else {
    return "";
  }
  return address.toString();
}

std::vector<std::string> hostsOf(const X509* certificate) {
  std::vector<std::string> hosts;
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string host;
    if (name->type == GEN_DNS) {
      host.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                  static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      host = addressText(name->d.iPAddress);
    }
    // A name with a NUL inside would compare as what stands before it.
    if (!host.empty() && host.find('\0') == std::string::npos) hosts.push_back(waf::toLower(host));
  }
  if (hosts.empty()) {
    const std::string name = commonName(X509_get_subject_name(certificate));
    if (!name.empty() && name.find(' ') == std::string::npos) hosts.push_back(waf::toLower(name));
  }
  return hosts;
}

std::string curveName(EVP_PKEY* key) {
  std::array<char, 64> group{};
  size_t length = 0;
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(),
                                     &length) != 1) {
    return "";
  }
  const std::string_view name(group.data(), length);
  if (name == "prime256v1") return "P-256";
  if (name == "secp384r1") return "P-384";
  if (name == "secp521r1") return "P-521";
  return std::string(name);
}

std::string keyType(EVP_PKEY* key) {
  if (key == nullptr) return "unknown";
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return "RSA " + std::to_string(EVP_PKEY_get_bits(key));
    case EVP_PKEY_EC:
      return "ECDSA " + curveName(key);
    case EVP_PKEY_ED25519:
      return "Ed25519";
    case EVP_PKEY_ED448:
      return "Ed448";
    default:
      return OBJ_nid2sn(EVP_PKEY_get_base_id(key));
  }
}

waf::WallTime wallTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return waf::WallTime{std::chrono::seconds(::timegm(&parts))};
}

std::string fingerprint(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &length);
  return waf::toHex(digest.data(), length);
}

std::string dateOf(waf::WallTime time) { return waf::formatRfc3339(time).substr(0, 10); }

}  // namespace

waf::Result<CertificateInfo> inspectCertificate(std::string_view chain_pem) {
  const auto chain = openssl::readCertificates(chain_pem);
  if (!chain) return waf::fail(chain.error());
  X509* leaf = chain->front().get();
  CertificateInfo info;
  info.subject = printName(X509_get_subject_name(leaf));
  info.issuer = printName(X509_get_issuer_name(leaf));
  info.hosts = hostsOf(leaf);
  info.key_type = keyType(X509_get0_pubkey(leaf));
  info.not_before = wallTime(X509_get0_notBefore(leaf));
  info.not_after = wallTime(X509_get0_notAfter(leaf));
  info.self_signed = X509_self_signed(leaf, 0) == 1;
  info.sha256 = fingerprint(leaf);
  info.chain_length = chain->size();
  ERR_clear_error();
  return info;
}

waf::Result<void> checkKeyMatches(std::string_view chain_pem, std::string_view key_pem) {
  const auto chain = openssl::readCertificates(chain_pem);
  if (!chain) return waf::fail(chain.error());
  const auto key = openssl::readKey(key_pem);
  if (!key) return waf::fail(key.error());
  if (X509_check_private_key(chain->front().get(), key->get()) == 1) return {};
  for (const auto& certificate : *chain) {
    if (X509_check_private_key(certificate.get(), key->get()) != 1) continue;
    return openssl::invalid(
        "key: it belongs to a certificate further down in the chain; put that certificate first");
  }
  return openssl::invalid("key: it does not match the certificate of " +
                          printName(X509_get_subject_name(chain->front().get())) +
                          "; give the key that the certificate was requested with");
}

waf::Result<CertificateInfo> checkCertificate(std::string_view chain_pem, std::string_view key_pem,
                                              waf::WallTime now) {
  auto info = inspectCertificate(chain_pem);
  if (!info) return info;
  if (const auto matches = checkKeyMatches(chain_pem, key_pem); !matches) {
    return waf::fail(matches.error());
  }
  const auto key = openssl::readKey(key_pem);
  if (key && EVP_PKEY_get_security_bits(key->get()) < 112) {
    return openssl::invalid("key: " + info->key_type +
                            " is too weak; use RSA with at least 2048 bits or ECDSA P-256");
  }
  if (info->not_after <= now) {
    return openssl::invalid("certificate: " + info->subject + " expired on " +
                            dateOf(info->not_after) + "; renew it and import the new one");
  }
  if (info->not_before > now) {
    return openssl::invalid("certificate: " + info->subject + " is valid only from " +
                            dateOf(info->not_before) + "; check this machine's clock");
  }
  if (info->hosts.empty()) {
    return openssl::invalid("certificate: " + info->subject +
                            " names no host (subjectAltName); browsers would refuse it");
  }
  return info;
}

bool hostMatches(std::string_view pattern, std::string_view host) {
  if (pattern == "*") return true;
  if (waf::equalsIgnoreCase(pattern, host)) return true;
  if (!pattern.starts_with("*.")) return false;
  // The star stands for exactly one label (RFC 6125, 6.4.3).
  const size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 &&
         waf::equalsIgnoreCase(pattern.substr(1), host.substr(dot));
}

}  // namespace db
