#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEWAY_POOL_FRAMES 0
#else
#define GATEWAY_POOL_FRAMES 1
#endif

namespace gateway {

// Memory of coroutine frames: one free list per size class and thread, so that a request allocates
// nothing from the heap once its thread is warm. A frame may be released on another thread than the
// one that allocated it. Under a sanitizer every frame comes from the heap, so that a use after
// free is seen.
class FramePool {
 public:
  static void* allocate(size_t bytes) {
#if GATEWAY_POOL_FRAMES
    if (bytes <= kLargest) {
      FreeList& list = lists_[classOf(bytes)];
      if (list.first != nullptr) [[likely]]
        return take(list);
    }
#endif
    return allocateAnew(bytes);
  }

  static void release(void* frame, size_t bytes) noexcept {
#if GATEWAY_POOL_FRAMES
    if (bytes <= kLargest) {
      FreeList& list = lists_[classOf(bytes)];
      if (list.room != 0) [[likely]] {
        keep(list, frame);
        return;
      }
    }
#endif
    releaseSurplus(frame, bytes);
  }

 private:
  struct FreeFrame {
    FreeFrame* next;
  };
  struct FreeList {
    FreeFrame* first;
    uint32_t room;  // for so many more; none before the thread's first frame and after its end
  };
  struct Thread;

  // Frames up to kLargest bytes are kept, in classes of kStep bytes; each class holds at most kKept
  // of them, and of the larger ones as many as are kKeptBytes.
  static constexpr size_t kStep = 64;
  static constexpr size_t kLargest = 4096;
  static constexpr size_t kClasses = kLargest / kStep;
  static constexpr size_t kKept = 1024;
  static constexpr size_t kKeptBytes = 512 * 1024;
  // And what holds a record of TLS, which comes and goes with each of a connection's records: a
  // class of its own, behind the others.
  static constexpr size_t kLeastRecord = 16384 + 1;
  static constexpr size_t kLargestRecord = 17 * 1024;
  static constexpr size_t kKeptRecords = 64;

  static constexpr size_t classOf(size_t bytes) { return (bytes - 1) / kStep; }
  static constexpr bool isRecord(size_t bytes) {
    return bytes >= kLeastRecord && bytes <= kLargestRecord;
  }
  static void* take(FreeList& list) {
    FreeFrame* const frame = list.first;
    list.first = frame->next;
    ++list.room;
    return frame;
  }
  static void keep(FreeList& list, void* frame) {
    list.first = new (frame) FreeFrame{list.first};
    --list.room;
  }
  static void* allocateAnew(size_t bytes);
  static void releaseSurplus(void* frame, size_t bytes) noexcept;

  // Without a constructor, so that no access has to ask whether it ran.
  static constinit thread_local std::array<FreeList, kClasses + 1> lists_;
};

// For containers that live as short as a frame.
template <typename T>
struct FrameAllocator {
  using value_type = T;
  FrameAllocator() = default;
  template <typename U>
  FrameAllocator(const FrameAllocator<U>& /*other*/) {}  // NOLINT(google-explicit-constructor)
  T* allocate(size_t count) { return static_cast<T*>(FramePool::allocate(count * sizeof(T))); }
  void deallocate(T* memory, size_t count) noexcept {
    FramePool::release(memory, count * sizeof(T));
  }
  bool operator==(const FrameAllocator& /*other*/) const { return true; }
};

}  // namespace gateway
