#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

// OpenSSL's objects with owners, and the reading of PEM: shared by the files of this folder.
namespace db::openssl {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

waf::Unexpected invalid(std::string message);

// Every certificate block of the text; broken blocks are errors, other blocks are ignored.
waf::Result<std::vector<X509Ptr>> readCertificates(std::string_view pem);

// The one private key of the text.
waf::Result<KeyPtr> readKey(std::string_view pem);

std::string toPem(X509* certificate);
waf::Result<std::string> toPem(EVP_PKEY* key);

}  // namespace db::openssl
