#include "admin-ui/server/auth/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "waf/base/hex.h"

namespace admin {
namespace {

std::vector<unsigned char> randomBytes(size_t count) {
  std::vector<unsigned char> out(count);
  if (RAND_bytes(out.data(), static_cast<int>(count)) != 1) std::abort();
  return out;
}

}  // namespace

std::string randomHex(size_t bytes) {
  const std::vector<unsigned char> raw = randomBytes(bytes);
  return waf::toHex(raw.data(), raw.size());
}

std::string randomPassword() {
  // 32 characters, so that a byte's low five bits choose without bias.
  static constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789x";
  static_assert(kAlphabet.size() == 32);
  std::string out;
  for (const unsigned char byte : randomBytes(20)) {
    if (out.size() % 6 == 5) out += '-';
    out += kAlphabet[byte & 31];
  }
  return out;
}

bool equalInConstantTime(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace admin
