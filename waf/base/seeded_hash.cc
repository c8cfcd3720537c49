#include "waf/base/seeded_hash.h"

#include <cstring>
#include <random>

#include "waf/base/lower_eight.h"

namespace waf {
namespace {

struct Seeds {
  uint64_t start;
  uint64_t factor;  // odd
};

const Seeds& seeds() {
  static const Seeds drawn = [] {
    std::random_device device;
    const auto draw = [&device] { return uint64_t{device()} << 32 | device(); };
    return Seeds{draw(), draw() | 1};
  }();
  return drawn;
}

__extension__ using Wide = unsigned __int128;

// Both halves of the product: with the lower one alone, texts that differ in the highest bits of
// two words have one hash under any seed.
uint64_t mix(uint64_t hash, uint64_t word, uint64_t factor) {
  const Wide product = Wide{hash ^ word} * factor;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <typename Change>
uint64_t hashOf(uint64_t salt, std::string_view text, Change&& change) {
  const auto& [start, factor] = seeds();
  uint64_t hash = mix(start ^ salt, text.size(), factor);
  uint64_t word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    hash = mix(hash, change(word), factor);
  }
  word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  return mix(mix(hash, change(word), factor), start, factor);
}

}  // namespace

uint64_t seededHash(uint64_t salt, std::string_view text) {
  return hashOf(salt, text, [](uint64_t word) { return word; });
}

uint64_t seededNameHash(std::string_view name) { return hashOf(0, name, lowerEight); }

}  // namespace waf
