// Of a sequence, what each part needs; of a choice, a byte that one branch needs or one that
// another needs; of a repetition, what is repeated needs, where it must be there once.
#include "waf/regex/needed_bytes.h"

#include <algorithm>
#include <array>

#include "waf/base/text.h"
#include "waf/regex/pattern_tree.h"

namespace waf {
namespace {

// What text of requests is made of, roughly: names, words, numbers, paths, cookies.
constexpr std::array<unsigned, 256> kCommonness = [] {
  std::array<unsigned, 256> parts{};
  parts.fill(20);
  for (unsigned c = 'a'; c <= 'z'; ++c) parts[c] = 15'000;
  for (const char c : std::string_view("etaoinsr")) parts[static_cast<unsigned char>(c)] = 50'000;
  for (unsigned c = 'A'; c <= 'Z'; ++c) parts[c] = 6'000;
  for (unsigned c = '0'; c <= '9'; ++c) parts[c] = 12'000;
  for (const char c : std::string_view(" ")) parts[static_cast<unsigned char>(c)] = 50'000;
  for (const char c : std::string_view("-./_,:=")) parts[static_cast<unsigned char>(c)] = 10'000;
  for (const char c : std::string_view("&;+%()?@\n\"'")) {
    parts[static_cast<unsigned char>(c)] = 1'500;
  }
  for (const char c : std::string_view("!#*[]{}|<>\t\r")) {
    parts[static_cast<unsigned char>(c)] = 200;
  }
  return parts;
}();

bool isWithin(const ByteSet& part, const ByteSet& whole) { return (part & ~whole).none(); }

// The rarest, in order, without those that another one implies.
void keepRarest(NeededBytes* needs) {
  std::vector<std::pair<unsigned, ByteSet>> weighed;
  for (const ByteSet& set : *needs) {
    if (!set.all()) weighed.emplace_back(commonness(set), set);
  }
  std::stable_sort(weighed.begin(), weighed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  needs->clear();
  for (const auto& each : weighed) {
    const ByteSet& set = each.second;
    const bool implied = std::any_of(needs->begin(), needs->end(), [&](const ByteSet& stronger) {
      return isWithin(stronger, set);
    });
    if (!implied) needs->push_back(set);
    if (needs->size() == kMaxNeeds) break;
  }
}

NeededBytes needsOf(const PatternTree& tree);

NeededBytes needsOfChoice(const PatternTree& tree) {
  NeededBytes needs;
  for (size_t i = 0; i < tree.children.size(); ++i) {
    NeededBytes branch = needsOf(tree.children[i]);
    if (branch.empty()) return {};
    if (i == 0) {
      needs = std::move(branch);
      continue;
    }
    // The rarest with the rarest; what one of them lacks is its last once more.
    const size_t count = std::max(needs.size(), branch.size());
    NeededBytes both;
    for (size_t k = 0; k < count; ++k) {
      both.push_back(needs[std::min(k, needs.size() - 1)] | branch[std::min(k, branch.size() - 1)]);
    }
    needs = std::move(both);
  }
  keepRarest(&needs);
  return needs;
}

NeededBytes needsOf(const PatternTree& tree) {
  using Kind = PatternTree::Kind;
  switch (tree.kind) {
    case Kind::Empty:
    case Kind::Assertion:
      return {};
    case Kind::Bytes:
      return {tree.bytes};
    case Kind::Repeat:
      return tree.least == 0 ? NeededBytes() : needsOf(tree.children.front());
    case Kind::Choice:
      return needsOfChoice(tree);
    case Kind::Sequence:
      break;
  }
  NeededBytes needs;
  for (const PatternTree& child : tree.children) {
    NeededBytes more = needsOf(child);
    needs.insert(needs.end(), more.begin(), more.end());
    if (needs.size() > 4 * kMaxNeeds) keepRarest(&needs);
  }
  keepRarest(&needs);
  return needs;
}

}  // namespace

NeededBytes neededBytes(std::string_view pattern, bool caseless) {
  const auto read = readPattern(pattern, caseless);
  if (!read) return {};
  NeededBytes needs = needsOf(read->tree);
  keepRarest(&needs);
  return needs;
}

NeededBytes neededBytesOfLiteral(std::string_view literal, bool caseless) {
  ByteSet bytes;
  for (const char c : literal) bytes.set(static_cast<unsigned char>(caseless ? asciiLower(c) : c));
  NeededBytes needs;
  for (size_t byte = bytes._Find_first(); byte < bytes.size(); byte = bytes._Find_next(byte)) {
    needs.push_back(ByteSet().set(byte));
    if (caseless && byte >= 'a' && byte <= 'z') needs.back().set(byte - 32);
  }
  keepRarest(&needs);
  return needs;
}

unsigned commonness(const ByteSet& bytes) {
  unsigned total = 0;
  for (size_t byte = bytes._Find_first(); byte < bytes.size(); byte = bytes._Find_next(byte)) {
    total += kCommonness[byte];
  }
  return total;
}

}  // namespace waf
