#include "waf/base/seeded_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace waf {
namespace {

// Twelve times two bytes that differ in a single bit, the one that cases differ in or the highest.
std::set<uint64_t> hashesOf(char one, char other, size_t apart,
                            uint64_t (*hash)(std::string_view)) {
  std::set<uint64_t> out;
  for (unsigned choice = 0; choice < 4096; ++choice) {
    std::string name(12 * apart, 'n');
    for (size_t i = 0; i < 12; ++i) name[i * apart] = (choice >> i & 1) != 0 ? one : other;
    out.insert(hash(name));
  }
  return out;
}

uint64_t plainHash(std::string_view text) { return seededHash(1, text); }

TEST(SeededHashTest, TextsThatDifferInAFewBitsHaveHashesOfTheirOwn) {
  EXPECT_EQ(hashesOf('[', '{', 1, seededNameHash).size(), 4096U);
  EXPECT_EQ(hashesOf('@', '`', 8, seededNameHash).size(), 4096U);
  EXPECT_EQ(hashesOf('\x01', '\x81', 8, seededNameHash).size(), 4096U);
  EXPECT_EQ(hashesOf('\x01', '\x81', 8, plainHash).size(), 4096U);
  EXPECT_EQ(hashesOf('a', 'A', 1, plainHash).size(), 4096U);
}

// The highest bit of a word's last byte, and those that a multiplication of the lower half alone
// would carry it to in the next word.
TEST(SeededHashTest, TheHighestBitsOfTwoWordsDoNotCancelEachOther) {
  const std::string text(16, 'x');
  std::string other = text;
  other[7] = static_cast<char>(other[7] ^ 0x80);
  other[11] = static_cast<char>(other[11] ^ 0x80);
  other[15] = static_cast<char>(other[15] ^ 0x80);
  EXPECT_NE(plainHash(text), plainHash(other));
}

// Of every size, one byte changed at each place.
TEST(SeededHashTest, EveryByteCounts) {
  std::set<uint64_t> hashes;
  size_t texts = 0;
  for (size_t size = 0; size < 70; ++size) {
    hashes.insert(plainHash(std::string(size, 'n')));
    ++texts;
    for (size_t at = 0; at < size; ++at, ++texts) {
      std::string text(size, 'n');
      text[at] = 'o';
      hashes.insert(plainHash(text));
    }
  }
  EXPECT_EQ(hashes.size(), texts);
}

TEST(SeededHashTest, ANameHasOneHashInAnyCase) {
  EXPECT_EQ(hashesOf('a', 'A', 1, seededNameHash).size(), 1U);
  EXPECT_EQ(seededNameHash("Content-Length"), seededNameHash("cONTENT-lENGTH"));
  EXPECT_NE(plainHash("a"), seededHash(2, "a"));
}

}  // namespace
}  // namespace waf
