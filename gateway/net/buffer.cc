#include "gateway/net/buffer.h"

#include <new>

namespace gateway {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Every block from the heap, so that a view that outlives its block is seen.
Buffer::Buffer(size_t bytes) : data_(static_cast<char*>(::operator new(bytes))), capacity_(bytes) {}

void Buffer::release() noexcept {
  ::operator delete(std::exchange(data_, nullptr));
  capacity_ = 0;
}
#else
namespace {

// 256 blocks are 4 MB: what a busy thread keeps for its next requests.
constexpr size_t kKept = 256;

struct FreeBlock {
  FreeBlock* next;
};

struct ThreadBlocks {
  FreeBlock* first = nullptr;
  size_t size = 0;
  ~ThreadBlocks() {
    while (first != nullptr) {
      FreeBlock* block = first;
      first = block->next;
      ::operator delete(block);
    }
    size = kKept;
  }
};

ThreadBlocks& blocks() {
  thread_local ThreadBlocks instance;
  return instance;
}

}  // namespace

Buffer::Buffer(size_t bytes) : capacity_(bytes) {
  ThreadBlocks& free = blocks();
  if (bytes == kBlockBytes && free.first != nullptr) {
    data_ = reinterpret_cast<char*>(free.first);
    free.first = free.first->next;
    --free.size;
    return;
  }
  data_ = static_cast<char*>(::operator new(bytes));
}

void Buffer::release() noexcept {
  if (data_ == nullptr) return;
  char* data = std::exchange(data_, nullptr);
  const size_t bytes = std::exchange(capacity_, 0);
  ThreadBlocks& free = blocks();
  if (bytes != kBlockBytes || free.size >= kKept) {
    ::operator delete(data);
    return;
  }
  free.first = new (data) FreeBlock{free.first};
  ++free.size;
}
#endif

}  // namespace gateway
