#include "gateway/loop/sized_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

#include "gateway/loop/frame_pool.h"

namespace gateway {
namespace {

struct alignas(16) Header {
  size_t bytes;  // with this
};

Header* headerOf(void* piece) { return static_cast<Header*>(piece) - 1; }

}  // namespace

void* SizedMemory::allocate(size_t size) noexcept {
  if (size > SIZE_MAX / 2) return nullptr;
  try {
    const size_t bytes = sizeof(Header) + size;
    return new (FramePool::allocate(bytes)) Header{bytes} + 1;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void SizedMemory::release(void* piece) noexcept {
  if (piece != nullptr) FramePool::release(headerOf(piece), headerOf(piece)->bytes);
}

void* SizedMemory::resize(void* piece, size_t size) noexcept {
  void* const other = allocate(size);
  if (piece == nullptr || other == nullptr) return other;
  std::memcpy(other, piece, std::min(size, headerOf(piece)->bytes - sizeof(Header)));
  release(piece);
  return other;
}

}  // namespace gateway
