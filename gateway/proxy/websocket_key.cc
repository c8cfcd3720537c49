#include "gateway/proxy/websocket_key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

namespace gateway {
namespace {

std::string base64(const unsigned char* bytes, int length) {
  std::array<unsigned char, 64> text{};
  const int written = EVP_EncodeBlock(text.data(), bytes, length);
  return {reinterpret_cast<const char*>(text.data()), static_cast<size_t>(written)};
}

}  // namespace

std::string newWebSocketKey() {
  std::array<unsigned char, 16> nonce{};
  if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1) return {};
  return base64(nonce.data(), static_cast<int>(nonce.size()));
}

std::string webSocketAccept(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1) {
    return {};
  }
  return base64(digest.data(), static_cast<int>(length));
}

}  // namespace gateway
