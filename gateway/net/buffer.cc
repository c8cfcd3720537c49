#include "gateway/net/buffer.h"

#include <new>

#include "gateway/loop/frame_pool.h"

namespace gateway {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEWAY_KEEP_BLOCKS 0
#else
#define GATEWAY_KEEP_BLOCKS 1
#endif

namespace {

// In front of a block's bytes.
struct alignas(16) Header {
  size_t holds;  // how many Buffers have it
  Header* next;  // in the free list
};

Header* headerOf(char* data) { return reinterpret_cast<Header*>(data) - 1; }
char* dataOf(Header* header) { return reinterpret_cast<char*>(header + 1); }

#if GATEWAY_KEEP_BLOCKS
// 256 blocks are 4 MB: what a busy thread keeps for its next requests.
constexpr size_t kKept = 256;

struct ThreadBlocks {
  Header* first = nullptr;
  size_t size = 0;
  ~ThreadBlocks() {
    while (first != nullptr) {
      FramePool::release(std::exchange(first, first->next), sizeof(Header) + Buffer::kBlockBytes);
    }
    size = kKept;
  }
};

ThreadBlocks& blocks() {
  thread_local ThreadBlocks instance;
  return instance;
}

Header* allocate(size_t bytes) {
  ThreadBlocks& free = blocks();
  if (bytes == Buffer::kBlockBytes && free.first != nullptr) {
    --free.size;
    return std::exchange(free.first, free.first->next);
  }
  return static_cast<Header*>(FramePool::allocate(sizeof(Header) + bytes));
}

void giveBack(Header* header, size_t bytes) noexcept {
  ThreadBlocks& free = blocks();
  if (bytes != Buffer::kBlockBytes || free.size >= kKept) {
    FramePool::release(header, sizeof(Header) + bytes);
    return;
  }
  header->next = free.first;
  free.first = header;
  ++free.size;
}
#else
// Every block from the heap, so that a view that outlives its block is seen.
Header* allocate(size_t bytes) {
  return static_cast<Header*>(::operator new(sizeof(Header) + bytes));
}
void giveBack(Header* header, size_t /*bytes*/) noexcept { ::operator delete(header); }
#endif

}  // namespace

Buffer::Buffer(size_t bytes) : capacity_(bytes) {
  Header* header = allocate(bytes);
  header->holds = 1;
  data_ = dataOf(header);
}

void Buffer::release() noexcept {
  if (data_ == nullptr) return;
  Header* header = headerOf(std::exchange(data_, nullptr));
  const size_t bytes = std::exchange(capacity_, 0);
  if (--header->holds == 0) giveBack(header, bytes);
}

Buffer Buffer::share() const {
  Buffer other;
  other.data_ = data_;
  other.capacity_ = capacity_;
  if (data_ != nullptr) ++headerOf(data_)->holds;
  return other;
}

bool Buffer::shared() const { return data_ != nullptr && headerOf(data_)->holds > 1; }

}  // namespace gateway
