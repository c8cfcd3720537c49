#include "waf/operators/aho_corasick.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "waf/base/text.h"

namespace waf {
namespace {

using Words = std::vector<std::string>;

std::string found(const Words& words, std::string_view text) {
  const auto at = AhoCorasick(words).find(text);
  return std::string(text.substr(at.offset, at.length));
}

TEST(AhoCorasickTest, FindsAWordAnywhere) {
  EXPECT_EQ(found({"he", "hers", "his"}, "ushis"), "his");
  EXPECT_EQ(found({"he", "hers", "his"}, "x"), "");
}

TEST(AhoCorasickTest, FollowsFailuresIntoOtherWords) {
  EXPECT_EQ(found({"abcd", "bc"}, "xabce"), "bc");
  EXPECT_EQ(found({"aab", "ab"}, "aaab"), "aab");
}

TEST(AhoCorasickTest, IgnoresAsciiCaseOfWordsAndText) {
  EXPECT_EQ(found({"SqlMap"}, "a sQLmAP/1.0"), "sQLmAP");
}

TEST(AhoCorasickTest, PrefersTheLongestOfThoseThatEndFirst) {
  EXPECT_EQ(found({"b", "ab"}, "zab"), "ab");
}

TEST(AhoCorasickTest, TakesAnyByte) {
  const std::string word("\0\xff\x80", 3);
  EXPECT_EQ(found({word}, "a" + word), word);
}

TEST(AhoCorasickTest, FindsNothingWithoutWords) {
  EXPECT_EQ(found({}, "text"), "");
  EXPECT_EQ(found({""}, "text"), "");
}

TEST(AhoCorasickTest, AgreesWithASearchWordByWord) {
  std::mt19937 random(7);
  const auto text = [&](size_t longest) {
    std::string out;
    for (size_t i = random() % longest + 1; i > 0; --i)
      out += static_cast<char>('a' + random() % 4);
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    Words words;
    for (size_t i = random() % 30; i > 0; --i) words.push_back(text(6));
    const AhoCorasick automaton(words);
    for (int turn = 0; turn < 20; ++turn) {
      const std::string subject = text(40);
      size_t first_end = std::string::npos;
      for (const std::string& word : words) {
        const size_t at = subject.find(word);
        if (at != std::string::npos) first_end = std::min(first_end, at + word.size());
      }
      const auto at = automaton.find(subject);
      ASSERT_EQ(at.length == 0 ? std::string::npos : at.offset + at.length, first_end) << subject;
    }
  }
}

TEST(AhoCorasickTest, TakesManyWords) {
  Words words;
  for (int i = 0; i < 50'000; ++i) words.push_back("host-" + std::to_string(i) + ".example");
  const AhoCorasick automaton(words);
  EXPECT_EQ(automaton.find("http://HOST-49999.example/").offset, 7U);
  EXPECT_EQ(automaton.find("http://host-50000.example/").length, 0U);
}

}  // namespace
}  // namespace waf
