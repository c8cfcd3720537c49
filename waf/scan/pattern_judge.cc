// One slow pattern ruins the database of its group: measured, 1,195 µs a request with it against
// 362 without. The slow ones are told from the rest by a wide gap (of the CRS 4.29: 16 to 19 ns per
// byte of plain requests, and then 4 and less), which no property of the pattern or of the database
// shows, so they are measured.

#include "waf/scan/pattern_judge.h"

#include <hs.h>
#include <ctime>

#include <algorithm>
#include <cstdlib>

namespace waf {
namespace {

constexpr double kMaxNanosecondsPerByte = 8;
constexpr size_t kSuspiciousBytes = 2000;
constexpr int kRuns = 5;
constexpr size_t kPieceBytes = 400;

// What ordinary requests hold, each kind of value in the share that it has there.
constexpr std::string_view kSample =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36\n"
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\n"
    "gzip, deflate, br, zstd\nen-GB,en;q=0.9,de;q=0.7\nno-cache\nsame-origin\n"
    "https://shop.example/catalogue/garden/tools?sort=price&page=3&colour=dark+green\n"
    "session=6f1c9a52b8e04d7790d1; theme=light; basket=eyJpdGVtcyI6WzEyLDQ4LDk5XX0; seen=1\n"
    "/catalogue/garden/tools/spade-with-ash-handle.html\n/static/js/main.4f2a91c7.chunk.js\n"
    "q\nwooden spade for heavy soil, at most 40 pounds & delivered by Friday\n"
    "name\nMary O'Brien-Smith\nemail\nmary.obrien@mail.example\nstreet\n12b Saint John's Road\n"
    "message\nDear all, the parcel (order no. 4711-22) came yesterday, but the handle is broken; "
    "could "
    "you send another one, please? I have put photos here: https://photos.example/a/9f3e. It would "
    "be "
    "best if someone could call me before 10:30 or after 17:00. Many thanks and kind regards!\n"
    "{\"id\":1842,\"items\":[{\"sku\":\"GT-2210\",\"count\":2,\"price\":19.95},{\"sku\":\"GT-"
    "3391\","
    "\"count\":1,\"price\":7.5}],\"gift\":false,\"note\":\"leave it at the door (blue gate)\"}\n"
    "0a1b2c3d4e5f60718293a4b5c6d7e8f9\n2026-03-14T09:26:53.589Z\n1920x1080\n-1\n100%\n"
    "utm_source=newsletter&utm_medium=email&utm_campaign=spring_sale&ref=home\n";

double threadNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void ignoreMatch(unsigned /*pattern*/, void* /*context*/) {}

// CPU time, the best of some runs: other threads compile at the same moment.
double nanosecondsPerByte(const PatternDatabase& database) {
  double best = 1e18;
  for (int run = 0; run < kRuns; ++run) {
    const double start = threadNanoseconds();
    for (size_t at = 0; at < kSample.size(); at += kPieceBytes) {
      database.scan(kSample.substr(at, kPieceBytes), ignoreMatch, nullptr);
    }
    best = std::min(best, threadNanoseconds() - start);
  }
  return best / static_cast<double>(kSample.size());
}

PatternVerdict parse(const DatabasePattern& pattern) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(pattern.expression.c_str(), pattern.flags, &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return {};
  }
  const PatternVerdict verdict{.scan = true, .matches_empty = info->min_width == 0};
  std::free(info);
  return verdict;
}

}  // namespace

PatternVerdict judgePattern(const DatabasePattern& pattern) {
  PatternVerdict verdict = parse(pattern);
  if (!verdict.scan) return verdict;
  const auto database = PatternDatabase::compile({pattern});
  verdict.scan = database && nanosecondsPerByte(**database) <= kMaxNanosecondsPerByte;
  return verdict;
}

bool needsMeasuring(const DatabasePattern& pattern) {
  return pattern.expression.size() >= kSuspiciousBytes;
}

PatternVerdict presumePattern(const DatabasePattern& pattern) {
  if (needsMeasuring(pattern)) return judgePattern(pattern);
  PatternVerdict verdict = parse(pattern);
  verdict.presumed = verdict.scan;
  return verdict;
}

bool isSlow(const PatternDatabase& database) {
  return nanosecondsPerByte(database) > kMaxNanosecondsPerByte;
}

}  // namespace waf
