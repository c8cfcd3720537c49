#include "gateway/tls/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

namespace gateway {

namespace {

constexpr std::chrono::hours kDefaultRotation{1};

bool make(TicketKeys::Key* key) {
  return RAND_bytes(key->name.data(), 16) == 1 && RAND_priv_bytes(key->cipher.data(), 32) == 1 &&
         RAND_priv_bytes(key->mac.data(), 32) == 1;
}

// Contract: SSL_CTX_set_tlsext_ticket_key_evp_cb(3). Opening: 0 unknown, 1 good, 2 to be renewed.
// Fetched once: OpenSSL's own look-up of it costs as much as the ticket.
const EVP_CIPHER* ticketCipher() {
  struct Free {
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  };
  static const std::unique_ptr<EVP_CIPHER, Free> cipher(
      EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr));
  return cipher ? cipher.get() : EVP_aes_256_cbc();
}

int onTicket(SSL* /*ssl*/, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac, int sealing) {
  TicketKeys::Key key;
  int known = 1;
  if (sealing != 0) {
    if (!processTicketKeys().current(&key) || RAND_bytes(iv, 16) != 1) return -1;
    std::copy(key.name.begin(), key.name.end(), name);
  } else {
    const TicketKeys::Found found = processTicketKeys().find(name, &key);
    if (found == TicketKeys::Found::Unknown) return 0;
    known = found == TicketKeys::Found::Current ? 1 : 2;
  }
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (EVP_CipherInit_ex(cipher, ticketCipher(), nullptr, key.cipher.data(), iv, sealing) != 1 ||
      EVP_MAC_CTX_set_params(mac, parameters.data()) != 1) {
    return -1;
  }
  return known;
}

}  // namespace

void TicketKeys::setRotation(std::chrono::seconds rotation) {
  const std::lock_guard lock(mutex_);
  rotation_ = rotation;
}

bool TicketKeys::current(Key* out) {
  const std::lock_guard lock(mutex_);
  const waf::MonotonicTime now = clock_.monotonic();
  if (count_ == 0 || now - keys_.front().made >= rotation_) {
    Key fresh;
    if (!make(&fresh)) return false;
    fresh.made = now;
    std::move_backward(keys_.begin(), keys_.end() - 1, keys_.end());
    keys_.front() = fresh;
    count_ = std::min(count_ + 1, kKept);
  }
  *out = keys_.front();
  return true;
}

TicketKeys::Found TicketKeys::find(const unsigned char* name, Key* out) {
  const std::lock_guard lock(mutex_);
  const waf::MonotonicTime now = clock_.monotonic();
  for (size_t i = 0; i < count_; ++i) {
    const Key& key = keys_[i];
    if (!std::equal(key.name.begin(), key.name.end(), name)) continue;
    const auto age = now - key.made;
    if (age >= rotation_ * static_cast<int>(kKept)) return Found::Unknown;
    *out = key;
    return i == 0 && age < rotation_ ? Found::Current : Found::Older;
  }
  return Found::Unknown;
}

TicketKeys& processTicketKeys() {
  static TicketKeys keys(waf::Clock::system(), kDefaultRotation);
  return keys;
}

void shareTicketKeys(SSL_CTX* context) { SSL_CTX_set_tlsext_ticket_key_evp_cb(context, onTicket); }

}  // namespace gateway
