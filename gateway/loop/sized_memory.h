#pragma once

#include <cstddef>

namespace gateway {

// The frame pool for C libraries, which do not say how large what they give back is: a few bytes in
// front of each piece do. Any thread may release what another one allocated.
class SizedMemory {
 public:
  // Null where there is none.
  static void* allocate(size_t size) noexcept;
  static void release(void* piece) noexcept;  // null is nothing
  // What it held, as far as the new size goes. Null, and the old piece stays, where there is none.
  static void* resize(void* piece, size_t size) noexcept;
};

}  // namespace gateway
