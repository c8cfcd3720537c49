#include "waf/base/large_blocks.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace waf {
namespace {

constexpr size_t kPage = size_t{2} << 20;
constexpr size_t kLarge = size_t{1} << 20;

size_t upToPages(size_t bytes) { return (bytes + kPage - 1) & ~(kPage - 1); }

class LargeBlocks final : public std::pmr::memory_resource {
  static bool isLarge(size_t bytes, size_t alignment) {
    return bytes >= kLarge && alignment <= kPage;
  }

  void* do_allocate(size_t bytes, size_t alignment) override {
    if (!isLarge(bytes, alignment)) {
      return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    }
    if (bytes > std::numeric_limits<size_t>::max() - 2 * kPage) throw std::bad_alloc();
    const size_t size = upToPages(bytes);
    // A page more, so that the block can begin where a large page does.
    void* const mapped =
        ::mmap(nullptr, size + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* const start = static_cast<std::byte*>(mapped);
    const size_t before =
        upToPages(reinterpret_cast<uintptr_t>(start)) - reinterpret_cast<uintptr_t>(start);
    if (before > 0) ::munmap(start, before);
    std::byte* const block = start + before;
    ::munmap(block + size, kPage - before);
    ::madvise(block, size, MADV_HUGEPAGE);  // where there are none, small ones do
    return block;
  }

  void do_deallocate(void* block, size_t bytes, size_t alignment) override {
    if (isLarge(bytes, alignment)) {
      ::munmap(block, upToPages(bytes));
    } else {
      std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
    }
  }

  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

std::pmr::memory_resource* largeBlocks() noexcept {
  static LargeBlocks blocks;
  return &blocks;
}

}  // namespace waf
