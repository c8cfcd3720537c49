#include "gateway/loop/frame_pool.h"

#include <array>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEWAY_POOL_FRAMES 0
#else
#define GATEWAY_POOL_FRAMES 1
#endif

namespace gateway {

#if GATEWAY_POOL_FRAMES
namespace {

// Frames up to kLargest bytes are kept, in classes of kStep bytes; each class holds at most kKept
// of them.
constexpr size_t kStep = 64;
constexpr size_t kLargest = 4096;
constexpr size_t kClasses = kLargest / kStep;
constexpr size_t kKept = 1024;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* first = nullptr;
  size_t size = 0;
};

struct ThreadPool {
  std::array<FreeList, kClasses> lists{};
  ~ThreadPool() {
    for (FreeList& list : lists) {
      while (list.first != nullptr) {
        FreeFrame* frame = list.first;
        list.first = frame->next;
        ::operator delete(frame);
      }
      list.size = kKept;  // frames released by later thread-exit destructors go to the heap
    }
  }
};

ThreadPool& pool() {
  thread_local ThreadPool instance;
  return instance;
}

constexpr size_t classOf(size_t bytes) { return (bytes - 1) / kStep; }

}  // namespace

void* FramePool::allocate(size_t bytes) {
  if (bytes > kLargest) return ::operator new(bytes);
  const size_t index = classOf(bytes);
  FreeList& list = pool().lists[index];
  if (list.first == nullptr) return ::operator new((index + 1) * kStep);
  FreeFrame* frame = list.first;
  list.first = frame->next;
  --list.size;
  return frame;
}

void FramePool::release(void* frame, size_t bytes) noexcept {
  if (bytes > kLargest) {
    ::operator delete(frame);
    return;
  }
  FreeList& list = pool().lists[classOf(bytes)];
  if (list.size >= kKept) {
    ::operator delete(frame);
    return;
  }
  list.first = new (frame) FreeFrame{list.first};
  ++list.size;
}
#else
void* FramePool::allocate(size_t bytes) { return ::operator new(bytes); }
void FramePool::release(void* frame, size_t /*bytes*/) noexcept { ::operator delete(frame); }
#endif

}  // namespace gateway
