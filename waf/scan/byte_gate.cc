// A pattern is left out where another one lets through all that it would: a set of the one within
// each set of the other. What is still too much is asked by the rarest sets alone, and then by all
// of these as one.
#include "waf/scan/byte_gate.h"

#include <algorithm>
#include <unordered_set>

namespace waf {
namespace {

constexpr size_t kMaxTerms = 8;
constexpr size_t kMaxToCompare = 64;
constexpr unsigned kUseless = 700'000;  // of a million: what ordinary text always has

bool isWithin(const ByteSet& part, const ByteSet& whole) { return (part & ~whole).none(); }

// Whether all that has what `strong` needs has what `weak` needs.
bool implies(const NeededBytes& strong, const NeededBytes& weak) {
  return std::all_of(weak.begin(), weak.end(), [&](const ByteSet& wanted) {
    return std::any_of(strong.begin(), strong.end(),
                       [&](const ByteSet& set) { return isWithin(set, wanted); });
  });
}

struct HashOfNeeds {
  size_t operator()(const NeededBytes& needs) const {
    size_t hash = needs.size();
    for (const ByteSet& set : needs) hash = hash * 31 + std::hash<ByteSet>()(set);
    return hash;
  }
};

// One of those that are the same.
void withoutTwins(std::vector<NeededBytes>* terms) {
  std::unordered_set<NeededBytes, HashOfNeeds> known;
  std::erase_if(*terms, [&](const NeededBytes& term) { return !known.insert(term).second; });
}

void withoutImplied(std::vector<NeededBytes>* terms) {
  withoutTwins(terms);
  if (terms->size() > kMaxToCompare) return;
  std::vector<NeededBytes> kept;
  for (const NeededBytes& term : *terms) {
    if (std::any_of(kept.begin(), kept.end(),
                    [&](const NeededBytes& other) { return implies(term, other); })) {
      continue;
    }
    std::erase_if(kept, [&](const NeededBytes& other) { return implies(other, term); });
    kept.push_back(term);
  }
  *terms = std::move(kept);
}

}  // namespace

ByteGate::ByteGate(std::vector<NeededBytes> patterns) {
  const auto needsNothing = [](const NeededBytes& term) {
    return term.empty() || commonness(term.front()) >= kUseless;
  };
  if (std::any_of(patterns.begin(), patterns.end(), needsNothing)) return;
  withoutImplied(&patterns);
  if (patterns.size() > kMaxTerms) {
    for (NeededBytes& term : patterns) term.resize(1);
    withoutImplied(&patterns);
  }
  if (patterns.size() > kMaxTerms) {
    ByteSet all;
    for (const NeededBytes& term : patterns) all |= term.front();
    if (commonness(all) >= kUseless) return;
    patterns.assign(1, {all});
  }
  std::stable_sort(patterns.begin(), patterns.end(), [](const auto& a, const auto& b) {
    return commonness(a.front()) > commonness(b.front());
  });
  for (const NeededBytes& term : patterns) {
    for (const ByteSet& set : term) {
      sets_.push_back({.finder = ByteFinder(set), .bytes = ByteMask(set)});
    }
    sets_.back().last = true;
  }
}

ByteMask ByteGate::anyOf() const {
  if (isOpen()) return ByteMask::all();
  ByteMask out;
  bool first = true;  // of its pattern's, the rarest
  for (const Set& set : sets_) {
    if (first) out.add(set.bytes);
    first = set.last;
  }
  return out;
}

}  // namespace waf
