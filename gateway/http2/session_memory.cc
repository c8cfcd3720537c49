#include "gateway/http2/session_memory.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "gateway/loop/sized_memory.h"

namespace gateway {
namespace {

void* allocate(size_t size, void* /*user*/) { return SizedMemory::allocate(size); }

void release(void* piece, void* /*user*/) { SizedMemory::release(piece); }

void* allocateZeroed(size_t count, size_t size, void* /*user*/) {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* const piece = SizedMemory::allocate(count * size);
  if (piece != nullptr) std::memset(piece, 0, count * size);
  return piece;
}

void* resize(void* piece, size_t size, void* /*user*/) { return SizedMemory::resize(piece, size); }

}  // namespace

nghttp2_mem* sessionMemory() {
  static nghttp2_mem memory{nullptr, allocate, release, allocateZeroed, resize};
  return &memory;
}

}  // namespace gateway
