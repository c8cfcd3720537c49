#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>

#include "waf/base/clock.h"

namespace gateway {

// The keys that seal session tickets (RFC 5077, 4): random, in memory only. One seals for the
// rotation's span; it and the ones before it open tickets until kKept spans after they were made,
// so that what a stolen memory image opens is bounded. Shared by all loops; any thread.
class TicketKeys {
 public:
  static constexpr size_t kKept = 3;

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
    waf::MonotonicTime made;
  };

  TicketKeys(const waf::Clock& clock, std::chrono::seconds rotation)
      : clock_(clock), rotation_(rotation) {}

  // From the next ticket on.
  void setRotation(std::chrono::seconds rotation);
  // The key to seal with, copied; false when there is no randomness.
  bool current(Key* out);
  enum class Found { Unknown, Current, Older };  // Older: take it, and give the client a new one
  Found find(const unsigned char* name, Key* out);

 private:
  const waf::Clock& clock_;
  std::mutex mutex_;
  std::chrono::seconds rotation_;
  std::array<Key, kKept> keys_;  // the newest first
  size_t count_ = 0;
};

// Those of the process: a change of configuration ends no session.
TicketKeys& processTicketKeys();

// Makes a context seal and open its tickets with the process' keys. Any thread.
void shareTicketKeys(SSL_CTX* context);

}  // namespace gateway
