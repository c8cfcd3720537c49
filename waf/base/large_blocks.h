#pragma once

#include <memory_resource>

namespace waf {

// Where memory that grows with a request comes from: the heap for what is small, and from 1 MB on
// pages of its own, of 2 MB each where the kernel has such (madvise(2), MADV_HUGEPAGE). Touched for
// the first time, a page costs an entry into the kernel, which for a body of megabytes in pages of
// 4 kB takes as long as the inspection. Given back to the kernel when it is released. Any thread;
// throws std::bad_alloc.
std::pmr::memory_resource* largeBlocks() noexcept;

}  // namespace waf
