#include "waf/base/ulid.h"

#include <algorithm>
#include <cstdint>
#include <random>

// https://github.com/ulid/spec: 48 bits of milliseconds, 80 bits of randomness, most significant
// first, five bits a character. The spec prints upper case; ours is lower case because it stands in
// URLs and on block pages.
namespace waf {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kTimeCharacters = 10;
constexpr uint64_t kMaxMilliseconds = (uint64_t{1} << 48) - 1;

struct Generator {
  std::mt19937_64 random;
  uint64_t milliseconds = 0;
  uint16_t high = 0;  // the upper 16 of the 80 random bits
  uint64_t low = 0;

  Generator() {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device()};
    random.seed(seed);
  }

  void next(uint64_t now) {
    if (now > milliseconds) {
      milliseconds = now;
      // The top bit stays clear, so that counting up within the millisecond cannot overflow.
      high = static_cast<uint16_t>(random() & 0x7fff);
      low = random();
      return;
    }
    if (++low == 0) ++high;
  }
};

int digit(char c) {
  const size_t position = kAlphabet.find(c);
  return position == std::string_view::npos ? -1 : static_cast<int>(position);
}

}  // namespace

std::string newUlid(WallTime now) {
  thread_local Generator generator;
  const auto count =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  generator.next(count < 0 ? 0 : std::min(static_cast<uint64_t>(count), kMaxMilliseconds));

  std::string out(kUlidLength, '0');
  char* const text = out.data();
  const char* const alphabet = kAlphabet.data();
  uint64_t time = generator.milliseconds;
  for (size_t i = kTimeCharacters; i-- > 0; time >>= 5) text[i] = alphabet[time & 31];
  uint64_t low = generator.low;
  uint64_t high = generator.high;
  for (size_t i = kUlidLength; i-- > kTimeCharacters;) {
    text[i] = alphabet[low & 31];
    low = (low >> 5) | (high << 59);
    high >>= 5;
  }
  return out;
}

bool isUlid(std::string_view text) {
  WallTime ignored;
  return ulidTime(text, &ignored);
}

bool ulidTime(std::string_view text, WallTime* out) {
  // The first character holds three bits: a larger one would not fit 128 bits.
  if (text.size() != kUlidLength || text[0] > '7') return false;
  uint64_t milliseconds = 0;
  for (size_t i = 0; i < kUlidLength; ++i) {
    const int value = digit(text[i]);
    if (value < 0) return false;
    if (i < kTimeCharacters) milliseconds = (milliseconds << 5) | static_cast<uint64_t>(value);
  }
  *out = WallTime(std::chrono::milliseconds(milliseconds));
  return true;
}

}  // namespace waf
