#include "db/secrets/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <mutex>
#include <optional>

#include "db/secrets/base64.h"
#include "waf/base/text.h"

namespace db {
namespace {

constexpr uint64_t kCost = 32768;
constexpr uint64_t kBlock = 8;
constexpr uint64_t kLanes = 1;
constexpr uint64_t kMaxMemory = 64u << 20;
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;
constexpr std::string_view kPrefix = "scrypt$32768$8$1$";

std::optional<std::string> derive(std::string_view password, std::string_view salt) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::string out(kHashBytes, '\0');
  const int ok = EVP_PBE_scrypt(password.data(), password.size(),
                                reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                                kCost, kBlock, kLanes, kMaxMemory,
                                reinterpret_cast<unsigned char*>(out.data()), out.size());
  if (ok != 1) return std::nullopt;
  return out;
}

}  // namespace

Result<std::string> hashPassword(std::string_view password) {
  std::string salt(kSaltBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes) != 1) {
    return waf::fail(waf::ErrorCode::Internal, "secrets", "no random numbers from OpenSSL");
  }
  const std::optional<std::string> hash = derive(password, salt);
  if (!hash) return waf::fail(waf::ErrorCode::Internal, "secrets", "scrypt is not available");
  return std::string(kPrefix) + waf::base64Encode(salt) + "$" + waf::base64Encode(*hash);
}

bool checkPassword(std::string_view password, std::string_view stored) {
  std::string salt(kSaltBytes, '\0');
  std::string expected;
  if (stored.substr(0, kPrefix.size()) == kPrefix) {
    stored.remove_prefix(kPrefix.size());
    const size_t dollar = std::min(stored.find('$'), stored.size());
    const auto stored_salt = base64Decode(stored.substr(0, dollar));
    const auto stored_hash = base64Decode(stored.substr(std::min(dollar + 1, stored.size())));
    if (stored_salt && stored_hash) {
      salt = *stored_salt;
      expected = *stored_hash;
    }
  }
  const std::optional<std::string> hash = derive(password, salt);
  return hash && expected.size() == hash->size() &&
         CRYPTO_memcmp(hash->data(), expected.data(), expected.size()) == 0;
}

}  // namespace db
