// The event store by itself: events_bench FOLDER EVENTS DAYS writes generated events through both
// stages, asks typical questions, then removes ten days. Prints rows a second, CPU per row, bytes
// per event and the times of the queries. The folder must be empty. events_bench FOLDER only asks
// about what is there.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "db/events/event_file.h"
#include "db/events/event_indexer.h"
#include "db/events/event_place.h"
#include "db/events/event_store.h"
#include "db/events/event_writer.h"
#include "tests/bench/event_generator.h"

namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kBatch = 5000;

double seconds(Steady::duration span) { return std::chrono::duration<double>(span).count(); }

double cpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Stage {
  double wall = 0;
  double cpu = 0;
  size_t rows = 0;

  template <typename Work>
  void time(size_t count, Work&& work) {
    const auto start = Steady::now();
    const double cpu_start = cpuSeconds();
    work();
    wall += seconds(Steady::now() - start);
    cpu += cpuSeconds() - cpu_start;
    rows += count;
  }
  void print(const char* what) const {
    const auto count = static_cast<double>(rows);
    std::printf("%-28s %9.0f rows/s  %6.1f us CPU a row\n", what, count / wall, cpu / count * 1e6);
  }
};

void check(bool ok, const waf::Error& error) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", error.message.c_str());
  std::exit(1);
}

// First pages and counts of typical filters, each several times after the first: what a person
// waits for.
class Questions {
 public:
  Questions(const std::string& folder, waf::WallTime now) : store_(folder), now_(now) {}

  void askAll() {
    std::printf("\n%-34s %27s %31s\n", "filter", "first page ms: median   max",
                "counts ms:  least median    CPU    max, matches");
    for (const char* filter :
         {"site:shop", "site:old", "client:203.5.7.2", "client:203.5.0.0/16", "rule:942190",
          "rule:949110 site:mail", "union", "\"union select\" site:api", "shadow -site:shop",
          "nothinghasthis", "path:/login", "status:5xx", "decision:detected score:>10",
          "-path:/login since:24h", "site:nowhere status:404", "since:24h", "since:7d rule:941100",
          "",
          // Nothing, or next to nothing, and no index that would tell.
          "status:418", "country:XX -path:/login", "path:/nowhere -shadow", "-shop -api -static",
          // Just under 200,000 matches of 5 million in 30 days, by each kind of plan.
          "since:28h", "since:56h site:shop", "since:140h decision:blocked",
          "since:92h rule:949110", "since:19d union"}) {
      ask(filter);
    }
    std::sort(indexed_.begin(), indexed_.end());
    std::printf("indexed and full-text first pages: median %.1f ms, 99 %% %.1f ms\n",
                indexed_[indexed_.size() / 2], indexed_[indexed_.size() * 99 / 100]);
  }

 private:
  static constexpr int kTimes = 15;
  static constexpr int kCountTimes = 7;

  void ask(const char* text) {
    const auto filter = db::parseEventFilter(text, now_);
    check(filter.has_value(), filter ? waf::Error() : filter.error());
    std::vector<double> times;
    std::string notice;
    for (int i = 0; i < kTimes; ++i) {
      const auto start = Steady::now();
      const auto page = store_.query(*filter, "", 50);
      times.push_back(seconds(Steady::now() - start) * 1000);
      check(page.has_value(), page ? waf::Error() : page.error());
      notice = page->notice;
    }
    std::sort(times.begin(), times.end());
    if (notice.empty()) indexed_.insert(indexed_.end(), times.begin(), times.end());
    std::vector<double> count_times;
    double cpu = 0;
    db::EventCounts counts;
    for (int i = 0; i < kCountTimes; ++i) {
      const auto start = Steady::now();
      const double cpu_start = cpuSeconds();
      auto counted = store_.count(*filter, {});
      cpu += (cpuSeconds() - cpu_start) * 1000 / kCountTimes;
      count_times.push_back(seconds(Steady::now() - start) * 1000);
      check(counted.has_value(), counted ? waf::Error() : counted.error());
      counts = std::move(*counted);
    }
    std::sort(count_times.begin(), count_times.end());
    std::printf("%-34s %18.1f %8.1f %10.1f %6.1f %6.1f %6.1f %10llu %s %s\n", text,
                times[times.size() / 2], times.back(), count_times.front(),
                count_times[kCountTimes / 2], cpu, count_times.back(),
                static_cast<unsigned long long>(counts.total), counts.partial ? "(newest)" : "",
                notice.substr(0, 41).c_str());
  }

  db::SqliteEventStore store_;
  const waf::WallTime now_;
  std::vector<double> indexed_;
};

void removeTenDays(const std::string& folder, db::EventWriter& writer, waf::WallTime now,
                   waf::WallTime start) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(now - start).count();
  if (days < 20) return;
  const auto bytes = [&folder] {
    uint64_t total = 0;
    for (const auto& name : db::listEventFiles(folder)) total += db::eventFileBytes(folder, name);
    return total;
  };
  const uint64_t before = bytes();
  const auto begin = Steady::now();
  const double cpu = cpuSeconds();
  writer.setLimits({.keep_days = static_cast<uint32_t>(days - 10), .limit_bytes = 1ull << 40});
  writer.applyRetention();
  const double wall = seconds(Steady::now() - begin);
  std::printf("ten days removed: %.0f MB in %.0f ms, %.0f ms CPU\n",
              static_cast<double>(before - bytes()) / 1e6, wall * 1000,
              (cpuSeconds() - cpu) * 1000);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: events_bench FOLDER [EVENTS DAYS]\n");
    return 2;
  }
  const std::string folder = argv[1];
  if (argc == 2) {
    const std::vector<db::EventFileName> files = db::listEventFiles(folder);
    if (files.empty()) return 1;
    const auto newest = db::EventFile::open(folder + "/" + files.back().toString());
    check(newest.has_value(), newest ? waf::Error() : newest.error());
    const int64_t end = db::timeOfPlace((*newest)->newest());
    Questions(folder, db::fromMicroseconds(end)).askAll();
    return 0;
  }
  const size_t count = std::strtoull(argv[2], nullptr, 10);
  const size_t days = std::strtoull(argv[3], nullptr, 10);
  std::filesystem::create_directories(folder);

  const waf::WallTime start(std::chrono::hours(24 * 20000));
  waf::ManualClock clock(start);
  const auto step = std::chrono::microseconds(std::chrono::hours(24 * days)) /
                    static_cast<int64_t>(std::max<size_t>(count, 1));
  bench::EventGenerator generator(1);
  db::EventWriter writer(folder, clock);
  writer.setLimits({.keep_days = 3650, .limit_bytes = 1ull << 40});
  db::EventIndexer indexer(folder);
  Stage first;
  Stage second;
  uint64_t bytes = 0;
  for (size_t done = 0; done < count;) {
    std::vector<std::string> lines;
    for (size_t i = 0; i < kBatch && done + i < count; ++i) {
      clock.advance(step);
      lines.push_back(waf::toAuditJson(generator.next(clock.wall())));
      bytes += lines.back().size();
    }
    std::vector<db::SpooledRecord> records;
    for (const std::string& line : lines) {
      ++done;
      records.push_back({done, line, "bench", done});
    }
    first.time(records.size(), [&] {
      const auto written = writer.write(records);
      check(written.has_value(), written ? waf::Error() : written.error());
    });
    second.time(records.size(), [&] {
      while (true) {
        const auto indexed = indexer.advance(kBatch);
        check(indexed.has_value(), indexed ? waf::Error() : indexed.error());
        if (*indexed == 0) break;
      }
    });
  }
  first.print("by time, site, client, id");
  second.print("by rule and word");
  std::printf("%-28s %9.0f rows/s  %6.1f us CPU a row\n", "both, one after the other",
              static_cast<double>(count) / (first.wall + second.wall),
              (first.cpu + second.cpu) / static_cast<double>(count) * 1e6);
  uint64_t disk = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) disk += entry.file_size();
  std::printf("%-28s %9.0f (the record itself %.0f)\n", "bytes an event on disk",
              static_cast<double>(disk) / static_cast<double>(count),
              static_cast<double>(bytes) / static_cast<double>(count));
  Questions(folder, clock.wall()).askAll();
  removeTenDays(folder, writer, clock.wall(), start);
  return 0;
}
