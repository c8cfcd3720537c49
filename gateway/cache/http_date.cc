#include "gateway/cache/http_date.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "waf/base/text.h"

namespace gateway {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::optional<unsigned> number(std::string_view text) {
  uint64_t value = 0;
  if (text.empty() || text.size() > 4 || !waf::parseUint64(text, &value)) return std::nullopt;
  return static_cast<unsigned>(value);
}

std::optional<unsigned> month(std::string_view text) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == text) return i + 1;
  }
  return std::nullopt;
}

std::optional<int64_t> assemble(std::optional<unsigned> year, std::optional<unsigned> mon,
                                std::optional<unsigned> day, std::string_view clock) {
  if (clock.size() != 8 || clock[2] != ':' || clock[5] != ':' || !year || !mon || !day)
    return std::nullopt;
  const auto hour = number(clock.substr(0, 2));
  const auto minute = number(clock.substr(3, 2));
  const auto second = number(clock.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*mon), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(days).count() + *hour * 3600 +
         *minute * 60 + *second;
}

}  // namespace

std::optional<int64_t> parseHttpDate(std::string_view text) {
  text = waf::trim(text);
  const size_t comma = text.find(',');
  if (comma == 3 && text.size() == 29 &&
      text.substr(25) == " GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
    return assemble(number(text.substr(12, 4)), month(text.substr(8, 3)), number(text.substr(5, 2)),
                    text.substr(17, 8));
  }
  if (comma != std::string_view::npos) {  // Sunday, 06-Nov-94 08:49:37 GMT
    const std::string_view rest = text.substr(comma + 1);
    if (rest.size() != 23 || rest.substr(19) != " GMT" || rest[3] != '-' || rest[7] != '-')
      return std::nullopt;
    auto year = number(rest.substr(8, 2));
    if (year) year = *year < 70 ? *year + 2000 : *year + 1900;
    return assemble(year, month(rest.substr(4, 3)), number(rest.substr(1, 2)), rest.substr(11, 8));
  }
  if (text.size() == 24) {  // Sun Nov  6 08:49:37 1994
    return assemble(number(text.substr(20, 4)), month(text.substr(4, 3)),
                    number(waf::trim(text.substr(8, 2))), text.substr(11, 8));
  }
  return std::nullopt;
}

std::string formatHttpDate(int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  char out[64];
  const int length = std::snprintf(out, sizeof out, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                   kDays[std::chrono::weekday(days).c_encoding()].data(),
                                   unsigned(date.day()), kMonths[unsigned(date.month()) - 1].data(),
                                   int(date.year()), int(clock.hours().count()),
                                   int(clock.minutes().count()), int(clock.seconds().count()));
  return std::string(out, static_cast<size_t>(length));
}

}  // namespace gateway
