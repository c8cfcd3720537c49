// t:md5, t:sha1: the digest's bytes (t:hexEncode makes them readable). For comparing with lists,
// not for security.

#include <openssl/evp.h>

#include <memory>

#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// A digest that the system's OpenSSL does not offer (MD5 in FIPS mode) is empty, which equals no
// list's entry.
bool digest(const EVP_MD* algorithm, std::string_view value, std::string& out) {
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextFree> context(EVP_MD_CTX_new());
  out.clear();
  if (context == nullptr) return true;
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
      EVP_DigestUpdate(context.get(), value.data(), value.size()) == 1 &&
      EVP_DigestFinal_ex(context.get(), bytes, &size) == 1) {
    out.assign(reinterpret_cast<const char*>(bytes), size);
  }
  return true;
}

}  // namespace

bool md5(std::string_view value, std::string& out) { return digest(EVP_md5(), value, out); }

bool sha1(std::string_view value, std::string& out) { return digest(EVP_sha1(), value, out); }

}  // namespace waf::transform
