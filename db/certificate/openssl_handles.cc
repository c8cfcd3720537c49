#include "db/certificate/openssl_handles.h"

#include <openssl/pem.h>

#include <cstdlib>
#include <limits>

namespace db::openssl {

namespace {

// PEM texts are kilobytes; a megabyte is somebody's mistake.
constexpr size_t kLargestPem = 1u << 20;

BioPtr readOnly(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string content(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(length)};
}

// Never prompts on the terminal, which is OpenSSL's default for an encrypted key.
int noPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

size_t countOf(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

waf::Unexpected invalid(std::string message) {
  ERR_clear_error();
  return waf::fail(waf::ErrorCode::Invalid, "certificate", std::move(message));
}

waf::Result<std::vector<X509Ptr>> readCertificates(std::string_view pem) {
  if (pem.size() > kLargestPem) return invalid("certificate: the PEM text is larger than 1 MB");
  ERR_clear_error();
  const BioPtr bio = readOnly(pem);
  std::vector<X509Ptr> certificates;
  for (;;) {
    X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    certificates.push_back(std::move(certificate));
  }
  // The end of the text shows as "no start line"; anything else is a broken block.
  const unsigned long error = ERR_peek_last_error();
  const bool at_end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) {
    return invalid("certificate: certificate " + std::to_string(certificates.size() + 1) +
                   " of the PEM text is damaged; copy it again from BEGIN to END");
  }
  if (certificates.empty()) {
    return invalid(
        "certificate: the text holds no PEM certificate (-----BEGIN CERTIFICATE-----); convert a "
        "DER or PKCS#12 file with openssl first");
  }
  return certificates;
}

waf::Result<KeyPtr> readKey(std::string_view pem) {
  if (pem.size() > kLargestPem) return invalid("key: the PEM text is larger than 1 MB");
  const size_t keys = countOf(pem, "PRIVATE KEY-----") / 2;
  if (keys == 0) {
    return invalid("key: the text holds no PEM private key (-----BEGIN PRIVATE KEY-----)");
  }
  if (keys > 1) return invalid("key: the text holds more than one private key; leave only one");
  ERR_clear_error();
  bool asked = false;
  const BioPtr bio = readOnly(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, &asked));
  if (!key && (asked || pem.find("ENCRYPTED") != std::string_view::npos)) {
    return invalid(
        "key: the private key is protected by a passphrase; decrypt it first (openssl pkey)");
  }
  if (!key) {
    return invalid("key: the private key is damaged; copy it again from BEGIN to END");
  }
  ERR_clear_error();
  return key;
}

std::string toPem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return content(bio.get());
}

waf::Result<std::string> toPem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return invalid("key: the private key cannot be written");
  }
  return content(bio.get());
}

}  // namespace db::openssl
