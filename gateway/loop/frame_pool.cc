#include "gateway/loop/frame_pool.h"

#include <algorithm>
#include <new>

namespace gateway {

constinit thread_local std::array<FramePool::FreeList, FramePool::kClasses + 1> FramePool::lists_{};

#if GATEWAY_POOL_FRAMES
// From a thread's first released frame to its end.
struct FramePool::Thread {
  Thread() {
    for (size_t i = 0; i < kClasses; ++i) {
      lists_[i].room = static_cast<uint32_t>(std::min(kKept, kKeptBytes / ((i + 1) * kStep)));
    }
    lists_[kClasses].room = kKeptRecords;
  }
  ~Thread() {
    for (FreeList& list : lists_) {
      list.room = 0;  // frames released by later thread-exit destructors go to the heap
      while (list.first != nullptr) {
        FreeFrame* const frame = list.first;
        list.first = frame->next;
        ::operator delete(frame);
      }
    }
  }
  static constinit thread_local bool began;
};

constinit thread_local bool FramePool::Thread::began = false;

void* FramePool::allocateAnew(size_t bytes) {
  if (isRecord(bytes)) {
    FreeList& list = lists_[kClasses];
    return list.first != nullptr ? take(list) : ::operator new(kLargestRecord);
  }
  // Of a class's full size, so that it fits whoever gets it next.
  return ::operator new(bytes <= kLargest ? (classOf(bytes) + 1) * kStep : bytes);
}

void FramePool::releaseSurplus(void* frame, size_t bytes) noexcept {
  const bool record = isRecord(bytes);
  if ((record || bytes <= kLargest) && !Thread::began) {
    Thread::began = true;
    static thread_local Thread thread;
    static_cast<void>(thread);
    release(frame, bytes);
    return;
  }
  if (record && lists_[kClasses].room != 0) {
    keep(lists_[kClasses], frame);
    return;
  }
  ::operator delete(frame);
}
#else
void* FramePool::allocateAnew(size_t bytes) { return ::operator new(bytes); }
void FramePool::releaseSurplus(void* frame, size_t /*bytes*/) noexcept { ::operator delete(frame); }
#endif

}  // namespace gateway
