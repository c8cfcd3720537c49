#include "waf/base/clock.h"

#include <cstdio>

namespace waf {
namespace {

class SystemClock final : public Clock {
 public:
  WallTime wall() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
};

bool digits(std::string_view text, size_t at, size_t count, int* out) {
  if (at + count > text.size()) return false;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  *out = value;
  return true;
}

// What follows the seconds: an optional fraction, then Z or an offset.
bool parseTail(std::string_view tail, int64_t* micros, int* offset_minutes) {
  *micros = 0;
  *offset_minutes = 0;
  size_t i = 0;
  if (i < tail.size() && tail[i] == '.') {
    int64_t scale = 100000;
    const size_t start = ++i;
    for (; i < tail.size() && tail[i] >= '0' && tail[i] <= '9'; ++i) {
      *micros += (tail[i] - '0') * scale;
      scale /= 10;
    }
    if (i == start) return false;
  }
  if (tail.substr(i) == "Z" || tail.substr(i) == "z") return true;
  int hours = 0;
  int minutes = 0;
  if (tail.size() - i != 6 || (tail[i] != '+' && tail[i] != '-') || tail[i + 3] != ':')
    return false;
  if (!digits(tail, i + 1, 2, &hours) || !digits(tail, i + 4, 2, &minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  *offset_minutes = (hours * 60 + minutes) * (tail[i] == '-' ? -1 : 1);
  return true;
}

}  // namespace

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

std::string formatRfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char buffer[48];
  const int length = std::snprintf(
      buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(buffer, static_cast<size_t>(length));
}

bool parseRfc3339(std::string_view text, WallTime* out) {
  using namespace std::chrono;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, offset = 0;
  int64_t micros = 0;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':')
    return false;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return false;
  if (!digits(text, 0, 4, &y) || !digits(text, 5, 2, &mo) || !digits(text, 8, 2, &d)) return false;
  if (!digits(text, 11, 2, &h) || !digits(text, 14, 2, &mi) || !digits(text, 17, 2, &s))
    return false;
  if (!parseTail(text.substr(19), &micros, &offset)) return false;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)},
                            day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return false;
  *out = WallTime{sys_days{date}} + hours{h} + minutes{mi - offset} + seconds{s} +
         microseconds{micros};
  return true;
}

}  // namespace waf
