#include "waf/base/large_blocks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "tests/waf/support/page_faults.h"

namespace waf {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

TEST(LargeBlocksTest, AnyBytesAndAlignmentCanBeHadAndWritten) {
  for (const size_t bytes : {size_t{1}, size_t{100}, kMegabyte - 1, kMegabyte, kMegabyte + 1,
                             2 * kMegabyte, 5 * kMegabyte + 3}) {
    for (const size_t alignment : {size_t{1}, size_t{16}, size_t{4096}}) {
      auto* const block = static_cast<char*>(largeBlocks()->allocate(bytes, alignment));
      EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u) << bytes;
      std::memset(block, 'x', bytes);
      EXPECT_EQ(block[bytes - 1], 'x');
      largeBlocks()->deallocate(block, bytes, alignment);
    }
  }
}

TEST(LargeBlocksTest, WritingALargeOneTakesFewEntriesIntoTheKernel) {
  constexpr size_t kBytes = 16 * kMegabyte;
  constexpr long kSmallPages = kBytes / 4096;
  void* const block = largeBlocks()->allocate(kBytes, 1);
  const long before = pageFaults();
  std::memset(block, 'x', kBytes);
  const long taken = pageFaults() - before;
  largeBlocks()->deallocate(block, kBytes, 1);
  // Some of the large pages may not be to be had, as when memory is in pieces.
  EXPECT_LE(taken, largePagesAreToBeHad() ? kSmallPages / 2 : kSmallPages);
}

TEST(LargeBlocksTest, WhatThereIsNotIsAnError) {
  // Not seen by the compiler, which warns.
  for (volatile size_t bytes : {SIZE_MAX - 100, SIZE_MAX / 4}) {
    EXPECT_THROW(static_cast<void>(largeBlocks()->allocate(bytes, 1)), std::bad_alloc);
  }
}

}  // namespace
}  // namespace waf
