#pragma once

#include <cstddef>

namespace gateway {

// Memory of coroutine frames: one free list per size class and thread, so that a request allocates
// nothing from the heap once its thread is warm. A frame may be released on another thread than the
// one that allocated it. Under a sanitizer every frame comes from the heap, so that a use after
// free is seen.
class FramePool {
 public:
  static void* allocate(size_t bytes);
  static void release(void* frame, size_t bytes) noexcept;
};

}  // namespace gateway
