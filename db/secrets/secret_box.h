#pragma once

#include <array>
#include <string>
#include <string_view>

#include "db/config/config.h"
#include "waf/base/result.h"

namespace db {

using waf::Result;

// Encrypts private keys before they reach the database: AES-256-GCM with the key of
// <data_dir>/secret.key (32 bytes, 0600). The `context` ("certificate:demo") is authenticated with
// each secret, so that one cannot be put in another's place. Immutable; any thread.
class SecretBox {
 public:
  // Creates the key file when `create` and there is none. NotFound when it is missing, Corrupt when
  // it is not one.
  static Result<SecretBox> open(const std::string& data_dir, bool create);

  // Base64 of version, nonce, ciphertext and tag.
  Result<std::string> seal(std::string_view secret, std::string_view context) const;
  // Invalid when it was sealed with another key or for another context, or was changed.
  Result<std::string> unseal(std::string_view sealed, std::string_view context) const;

  // HMAC-SHA-256 under a key of its own for the purpose ("admin log"), hexadecimal.
  std::string sign(std::string_view purpose, std::string_view text) const;

  ~SecretBox();
  SecretBox(const SecretBox&) = default;
  SecretBox& operator=(const SecretBox&) = default;

 private:
  SecretBox() = default;

  std::array<unsigned char, 32> key_{};
};

// What the sealed form of an event's record is bound to.
inline std::string eventContext(const std::string& id) { return "event:" + id; }

// Fills key_sealed of every certificate from its key_pem, and secret_sealed of every output from
// its secret; a sealed text that still opens to that key is kept, so that an unchanged key stays
// unchanged in the document.
Result<void> sealKeys(const SecretBox& box, Config* config);
// Fills key_pem and secret where there is only the sealed form.
Result<void> unsealKeys(const SecretBox& box, Config* config);

}  // namespace db
