#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/waf/support/page_faults.h"
#include "waf/engine/value.h"

namespace waf {
namespace {

TEST(ArenaTest, WhatIsCopiedStaysWhereItIs) {
  Arena arena;
  std::vector<std::string_view> copies;
  for (int i = 0; i < 100'000; ++i) copies.push_back(arena.copy("value " + std::to_string(i)));
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(copies[i], "value " + std::to_string(i));
}

// A body of megabytes with very many arguments: in pages of 4 kB these took longer than all rules.
TEST(ArenaTest, MegabytesTakeFewEntriesIntoTheKernel) {
  constexpr size_t kBytes = size_t{32} << 20;
  constexpr long kSmallPages = kBytes / 4096;
  const std::string value(200, 'x');
  const long before = pageFaults();
  {
    Arena arena;
    for (size_t copied = 0; copied < kBytes; copied += value.size()) arena.copy(value);
  }
  EXPECT_LE(pageFaults() - before, largePagesAreToBeHad() ? kSmallPages / 2 : kSmallPages * 2);
}

}  // namespace
}  // namespace waf
