// Contract: CRYPTO_set_mem_functions(3). OpenSSL itself clears what was secret before it gives it
// back.
#include "gateway/tls/openssl_memory.h"

#include <openssl/crypto.h>

#include "gateway/loop/sized_memory.h"

namespace gateway {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kPools = false;
#else
constexpr bool kPools = true;
#endif

void* allocate(size_t size, const char* /*file*/, int /*line*/) {
  return size == 0 ? nullptr : SizedMemory::allocate(size);
}

void release(void* piece, const char* /*file*/, int /*line*/) { SizedMemory::release(piece); }

void* resize(void* piece, size_t size, const char* /*file*/, int /*line*/) {
  if (size > 0) return SizedMemory::resize(piece, size);
  SizedMemory::release(piece);
  return nullptr;
}

}  // namespace

bool poolOpenSslMemory() {
  return kPools && CRYPTO_set_mem_functions(allocate, resize, release) == 1;
}

}  // namespace gateway
