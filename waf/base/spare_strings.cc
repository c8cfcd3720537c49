#include "waf/base/spare_strings.h"

#include <array>
#include <cstddef>
#include <utility>

namespace waf {
namespace {

constexpr size_t kKept = 128;
constexpr size_t kLeast = 1024;
constexpr size_t kLargest = 16384;

struct Spare {
  std::array<std::string, kKept> strings;
  size_t count = 0;
  ~Spare() { count = kKept; }  // what a later destructor of the thread gives goes to the heap
};

Spare& spare() {
  thread_local Spare instance;
  return instance;
}

}  // namespace

std::string takeSpareString() {
  Spare& kept = spare();
  if (kept.count == 0) {
    std::string fresh;
    fresh.reserve(kLeast);  // or it would not be kept
    return fresh;
  }
  return std::move(kept.strings[--kept.count]);
}

void giveSpareString(std::string used) noexcept {
  Spare& kept = spare();
  if (kept.count == kKept || used.capacity() < kLeast || used.capacity() > kLargest) return;
  used.clear();
  kept.strings[kept.count++] = std::move(used);
}

void appendToSpare(std::string_view text, std::string* out) {
  if (out->capacity() < kLeast) {
    std::string spare = takeSpareString();
    spare.append(*out);
    out->swap(spare);
  }
  out->append(text);
}

}  // namespace waf
