#include "gateway/tls/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <mutex>

namespace gateway {

namespace {

constexpr std::chrono::hours kLifetime{8};

struct TicketKey {
  std::array<unsigned char, 16> name{};
  std::array<unsigned char, 32> cipher{};
  std::array<unsigned char, 32> mac{};
  std::chrono::steady_clock::time_point made;

  bool make() {
    made = std::chrono::steady_clock::now();
    return RAND_bytes(name.data(), 16) == 1 && RAND_priv_bytes(cipher.data(), 32) == 1 &&
           RAND_priv_bytes(mac.data(), 32) == 1;
  }
};

// The key that seals, and the one before it. A handshake copies what it needs under the lock.
class TicketKeys {
 public:
  bool current(TicketKey* out) {
    const std::lock_guard lock(mutex_);
    if (!made_ || std::chrono::steady_clock::now() - current_.made > kLifetime) {
      previous_ = current_;
      had_previous_ = made_;
      made_ = current_.make();
    }
    *out = current_;
    return made_;
  }

  // 0: unknown; 1: the current one; 2: to be renewed.
  int find(const unsigned char* name, TicketKey* out) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (made_ && std::memcmp(name, current_.name.data(), 16) == 0) {
      *out = current_;
      return now - current_.made > kLifetime ? 2 : 1;
    }
    if (had_previous_ && now - previous_.made < 2 * kLifetime &&
        std::memcmp(name, previous_.name.data(), 16) == 0) {
      *out = previous_;
      return 2;
    }
    return 0;
  }

 private:
  std::mutex mutex_;
  TicketKey current_;
  TicketKey previous_;
  bool made_ = false;
  bool had_previous_ = false;
};

TicketKeys& ticketKeys() {
  static TicketKeys keys;
  return keys;
}

// Contract: SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
int onTicket(SSL* /*ssl*/, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac, int sealing) {
  TicketKey key;
  int known = 1;
  if (sealing != 0) {
    if (!ticketKeys().current(&key) || RAND_bytes(iv, 16) != 1) return -1;
    std::copy(key.name.begin(), key.name.end(), name);
  } else {
    known = ticketKeys().find(name, &key);
    if (known == 0) return 0;
  }
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, sealing) != 1 ||
      EVP_MAC_CTX_set_params(mac, parameters.data()) != 1) {
    return -1;
  }
  return known;
}

}  // namespace

void shareTicketKeys(SSL_CTX* context) { SSL_CTX_set_tlsext_ticket_key_evp_cb(context, onTicket); }

}  // namespace gateway
