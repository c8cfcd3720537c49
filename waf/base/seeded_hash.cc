#include "waf/base/seeded_hash.h"

#include <random>

#include "waf/base/lower_eight.h"
#include "waf/base/words.h"

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

// Two words at a time. Of sixteen bytes and more the last sixteen come last, whatever of them has
// been before: the size tells texts apart that this makes alike.
template <typename Change>
uint64_t hashOf(uint64_t salt, std::string_view text, Change&& change) {
  const uint64_t start = seeds().start;
  const uint64_t factor = seeds().factor;  // g++ alone lets a lambda take a binding
  uint64_t hash = mix(start ^ salt, text.size(), factor);
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto word = [&](const char* place) { return change(loadWord<uint64_t>(place)); };
  const auto add = [&](const char* first, const char* second) {
    hash = mix(hash, word(second), word(first) ^ factor);
  };
  if (text.size() < 8)
    return mix(mix(hash, change(fewBytes(at, text.size())), factor), start, factor);
  for (; end - at > 16; at += 16) add(at, at + 8);
  add(text.size() < 16 ? at : end - 16, end - 8);
  return mix(hash, start, factor);
}

}  // namespace

uint64_t seededHash(uint64_t salt, std::string_view text) {
  return hashOf(salt, text, [](uint64_t word) { return word; });
}

uint64_t seededNameHash(std::string_view name) { return hashOf(0, name, lowerEight); }

}  // namespace waf
