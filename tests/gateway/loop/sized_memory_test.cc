#include "gateway/loop/sized_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <thread>

#include "gateway/loop/frame_pool.h"

namespace gateway {
namespace {

TEST(SizedMemoryTest, KeepsWhatItHeldWhenItGrowsAndShrinks) {
  void* piece = SizedMemory::resize(nullptr, 6);
  ASSERT_NE(piece, nullptr);
  std::memcpy(piece, "abcdef", 6);
  for (const size_t size : {7, 100, 5000, 64, 3}) {
    piece = SizedMemory::resize(piece, size);
    ASSERT_NE(piece, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(piece) % 16, 0u);
    const size_t kept = size < 6 ? size : 6;
    EXPECT_EQ(std::string_view(static_cast<char*>(piece), kept),
              std::string_view("abcdef").substr(0, kept));
  }
  SizedMemory::release(piece);
  SizedMemory::release(nullptr);
}

TEST(SizedMemoryTest, WhatCannotBeIsNullAndTheOldPieceStays) {
  EXPECT_EQ(SizedMemory::allocate(SIZE_MAX), nullptr);
  void* piece = SizedMemory::allocate(1);
  *static_cast<char*>(piece) = 'x';
  EXPECT_EQ(SizedMemory::resize(piece, SIZE_MAX), nullptr);
  EXPECT_EQ(*static_cast<char*>(piece), 'x');
  SizedMemory::release(piece);
}

// A TLS connection gives its record's buffer back after each record.
TEST(SizedMemoryTest, ARecordsBufferIsGivenOutAgain) {
#if GATEWAY_POOL_FRAMES
  SizedMemory::release(SizedMemory::allocate(16'709));
  void* const first = SizedMemory::allocate(16'709);
  void* const second = SizedMemory::allocate(16'400);
  EXPECT_NE(first, second);
  SizedMemory::release(first);
  void* const other = ::operator new(16'000);  // what the heap would give out instead
  EXPECT_EQ(SizedMemory::allocate(16'384), first);
  ::operator delete(other);
  SizedMemory::release(first);
  SizedMemory::release(second);
#endif
}

TEST(SizedMemoryTest, MayBeReleasedOnAnotherThread) {
  void* const piece = SizedMemory::allocate(100);
  ASSERT_NE(piece, nullptr);
  std::thread([piece] { SizedMemory::release(piece); }).join();
}

}  // namespace
}  // namespace gateway
