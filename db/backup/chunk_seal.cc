#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "db/backup/sealed_file.h"

namespace db {
namespace {

// scrypt, RFC 7914: 128 MB and about half a second for each guess.
constexpr uint64_t kCost = 1u << 17;
constexpr uint64_t kBlock = 8;
constexpr uint64_t kLanes = 1;
constexpr uint64_t kMaxMemory = 256u << 20;
constexpr size_t kNonceBytes = 12;

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

// The key is this file's alone (its salt is random), so a counter never repeats under it.
std::array<unsigned char, kNonceBytes> nonceOf(uint64_t number, bool last) {
  std::array<unsigned char, kNonceBytes> nonce{};
  for (size_t i = 0; i < 8; ++i) nonce[i] = static_cast<unsigned char>(number >> (8 * i));
  nonce[8] = last ? 1 : 0;
  return nonce;
}

}  // namespace

Result<ChunkSeal> ChunkSeal::make(std::string_view passphrase, std::string_view salt) {
  ChunkSeal out;
  out.encrypted_ = !passphrase.empty();
  if (!out.encrypted_) return out;
  const int ok = EVP_PBE_scrypt(
      passphrase.data(), passphrase.size(), reinterpret_cast<const unsigned char*>(salt.data()),
      salt.size(), kCost, kBlock, kLanes, kMaxMemory, out.key_.data(), out.key_.size());
  if (ok != 1) return waf::fail(waf::ErrorCode::Internal, "backup", "scrypt is not available");
  return out;
}

ChunkSeal::~ChunkSeal() { OPENSSL_cleanse(key_.data(), key_.size()); }

bool ChunkSeal::seal(bool last, std::string* chunk, Tag* tag) {
  if (encrypted_) {
    if (!encrypt(last, chunk, tag)) return false;
  } else {
    *tag = digest(last, *chunk);
  }
  previous_ = *tag;
  ++number_;
  return true;
}

bool ChunkSeal::open(bool last, const Tag& tag, std::string* chunk) {
  const bool whole = encrypted_ ? decrypt(last, tag, chunk) : digest(last, *chunk) == tag;
  previous_ = tag;
  ++number_;
  return whole;
}

bool ChunkSeal::encrypt(bool last, std::string* chunk, Tag* tag) const {
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  const auto nonce = nonceOf(number_, last);
  auto* bytes = reinterpret_cast<unsigned char*>(chunk->data());
  int length = 0;
  return cipher &&
         EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce.data()) ==
             1 &&
         EVP_EncryptUpdate(cipher.get(), bytes, &length, bytes, static_cast<int>(chunk->size())) ==
             1 &&
         EVP_EncryptFinal_ex(cipher.get(), bytes + length, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag->data()) == 1;
}

bool ChunkSeal::decrypt(bool last, const Tag& tag, std::string* chunk) const {
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  const auto nonce = nonceOf(number_, last);
  auto* bytes = reinterpret_cast<unsigned char*>(chunk->data());
  Tag expected = tag;
  int length = 0;
  return cipher &&
         EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce.data()) ==
             1 &&
         EVP_DecryptUpdate(cipher.get(), bytes, &length, bytes, static_cast<int>(chunk->size())) ==
             1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, expected.data()) == 1 &&
         EVP_DecryptFinal_ex(cipher.get(), bytes + length, &length) == 1;
}

ChunkSeal::Tag ChunkSeal::digest(bool last, std::string_view chunk) const {
  std::string text(reinterpret_cast<const char*>(previous_.data()), previous_.size());
  text.push_back(last ? 1 : 0);
  text += chunk;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> full{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), full.data());
  Tag out;
  std::copy_n(full.begin(), out.size(), out.begin());
  return out;
}

}  // namespace db
