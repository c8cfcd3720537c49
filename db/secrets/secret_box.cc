#include "db/secrets/secret_box.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "db/secrets/base64.h"
#include "db/store/file.h"
#include "waf/base/hex.h"
#include "waf/base/text.h"

// A sealed secret is base64(version 0x01 | nonce 12 | ciphertext | tag 16). NIST SP 800-38D: random
// 96-bit nonces are safe for 2^32 secrets of one key, far above what one installation seals.
namespace db {
namespace {

using waf::ErrorCode;

constexpr char kVersion = 1;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string contextOf(const CertificateConfig& certificate) {
  return "certificate:" + certificate.name;
}

}  // namespace

SecretBox::~SecretBox() { OPENSSL_cleanse(key_.data(), key_.size()); }

Result<SecretBox> SecretBox::open(const std::string& data_dir, bool create) {
  const std::string path = data_dir + "/secret.key";
  SecretBox box;
  Result<std::string> content = readFile(path, box.key_.size() + 1);
  if (content) {
    if (content->size() != box.key_.size()) {
      return waf::fail(ErrorCode::Corrupt, "secrets",
                       path + ": is not a key of 32 bytes; restore it from a backup");
    }
    std::copy(content->begin(), content->end(), box.key_.begin());
    OPENSSL_cleanse(content->data(), content->size());
    return box;
  }
  if (content.error().code != ErrorCode::NotFound) return waf::fail(content.error());
  if (!create) {
    return waf::fail(ErrorCode::NotFound, "secrets",
                     path +
                         ": is missing, so that private keys cannot be read; restore it from a "
                         "backup");
  }
  if (RAND_bytes(box.key_.data(), static_cast<int>(box.key_.size())) != 1) {
    return waf::fail(ErrorCode::Internal, "secrets", "no random numbers from OpenSSL");
  }
  const std::string_view key(reinterpret_cast<const char*>(box.key_.data()), box.key_.size());
  const Result<void> written = writeFileAtomically(path, key);
  if (!written) return waf::fail(written.error());
  return box;
}

Result<std::string> SecretBox::seal(std::string_view secret, std::string_view context) const {
  std::string out(1 + kNonceBytes + secret.size() + kTagBytes, '\0');
  out[0] = kVersion;
  unsigned char* nonce = bytes(out) + 1;
  unsigned char* text = nonce + kNonceBytes;
  unsigned char* tag = text + secret.size();
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool ok =
      cipher && RAND_bytes(nonce, kNonceBytes) == 1 &&
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), text, &length, bytes(secret),
                        static_cast<int>(secret.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), text + length, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1;
  if (!ok) return waf::fail(ErrorCode::Internal, "secrets", "AES-256-GCM is not available");
  return waf::base64Encode(out);
}

Result<std::string> SecretBox::unseal(std::string_view sealed, std::string_view context) const {
  std::optional<std::string> raw = base64Decode(sealed);
  if (!raw || raw->size() < 1 + kNonceBytes + kTagBytes || (*raw)[0] != kVersion) {
    return waf::fail(ErrorCode::Invalid, "secrets", "is not a sealed key");
  }
  const unsigned char* nonce = bytes(*raw) + 1;
  const unsigned char* text = nonce + kNonceBytes;
  const size_t size = raw->size() - 1 - kNonceBytes - kTagBytes;
  unsigned char* tag = bytes(*raw) + 1 + kNonceBytes + size;
  std::string out(size, '\0');
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool ok =
      cipher &&
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(out), &length, text, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes(out) + length, &length) == 1;
  if (ok) return out;
  OPENSSL_cleanse(out.data(), out.size());
  return waf::fail(ErrorCode::Invalid, "secrets",
                   "the sealed key does not open with this installation's secret.key; give the key "
                   "in clear (key_file or key_pem), or restore the secret.key it was sealed with");
}

std::string SecretBox::sign(std::string_view purpose, std::string_view text) const {
  const std::string label = "portcullis:" + std::string(purpose);
  std::array<unsigned char, 32> key{};
  std::array<unsigned char, 32> mac{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes(label), label.size(),
       key.data(), &length);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), mac.data(),
       &length);
  OPENSSL_cleanse(key.data(), key.size());
  return waf::toHex(mac.data(), mac.size());
}

namespace {

std::string contextOf(const OutputConfig& output) { return "output:" + output.name; }

// A sealed text that still opens to the secret stays as it is.
Result<void> sealOne(const SecretBox& box, const std::string& secret, const std::string& context,
                     std::string* sealed) {
  if (secret.empty()) return {};
  if (!sealed->empty()) {
    const Result<std::string> old = box.unseal(*sealed, context);
    if (old && *old == secret) return {};
  }
  Result<std::string> made = box.seal(secret, context);
  if (!made) return waf::fail(made.error());
  *sealed = std::move(*made);
  return {};
}

}  // namespace

Result<void> sealKeys(const SecretBox& box, Config* config) {
  for (OutputConfig& output : config->settings.outputs) {
    const Result<void> done = sealOne(box, output.secret, contextOf(output), &output.secret_sealed);
    if (!done) return done;
  }
  for (CertificateConfig& certificate : config->certificates) {
    const Result<void> done =
        sealOne(box, certificate.key_pem, contextOf(certificate), &certificate.key_sealed);
    if (!done) return done;
  }
  return {};
}

Result<void> unsealKeys(const SecretBox& box, Config* config) {
  for (OutputConfig& output : config->settings.outputs) {
    if (!output.secret.empty() || output.secret_sealed.empty()) continue;
    Result<std::string> secret = box.unseal(output.secret_sealed, contextOf(output));
    if (!secret) {
      return waf::fail(secret.error().code, "secrets",
                       "output \"" + output.name +
                           "\": its secret is not of this installation; give "
                           "it in clear, or leave secret_sealed out");
    }
    output.secret = std::move(*secret);
  }
  for (CertificateConfig& certificate : config->certificates) {
    if (!certificate.key_pem.empty() || certificate.key_sealed.empty()) continue;
    Result<std::string> key = box.unseal(certificate.key_sealed, contextOf(certificate));
    if (!key) {
      return waf::fail(key.error().code, "secrets",
                       "certificate \"" + certificate.name + "\": " + key.error().message);
    }
    certificate.key_pem = std::move(*key);
  }
  return {};
}

}  // namespace db
