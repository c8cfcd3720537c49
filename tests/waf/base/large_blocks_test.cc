#include "waf/base/large_blocks.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <new>
#include <string>

namespace waf {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

long faults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

bool largePagesAreToBeHad() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  const std::string said(std::istreambuf_iterator<char>(file), {});
  return said.find("[madvise]") != std::string::npos || said.find("[always]") != std::string::npos;
}

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
  const long before = faults();
  std::memset(block, 'x', kBytes);
  const long taken = faults() - before;
  largeBlocks()->deallocate(block, kBytes, 1);
  // Some of the large pages may not be to be had, as when memory is in pieces.
  EXPECT_LE(taken, largePagesAreToBeHad() ? kSmallPages / 2 : kSmallPages);
}

TEST(LargeBlocksTest, WhatThereIsNotIsAnError) {
  EXPECT_THROW(static_cast<void>(largeBlocks()->allocate(SIZE_MAX - 100, 1)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(largeBlocks()->allocate(SIZE_MAX / 4, 1)), std::bad_alloc);
}

}  // namespace
}  // namespace waf
