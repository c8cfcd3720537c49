#include <dirent.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/db/support/event_files_fixture.h"

// What an event file costs: its disk space, and the bars of its histogram.
namespace db {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using EventSpaceTest = EventFilesTest;

// Of removed files below the folder that this process still has open.
uint64_t bytesOfRemovedFiles(const std::string& folder) {
  uint64_t total = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
    struct stat status {};
    if (target.starts_with(folder) && target.ends_with("(deleted)") &&
        ::stat(entry.path().c_str(), &status) == 0) {
      total += static_cast<uint64_t>(status.st_blocks) * 512;
    }
  }
  return total;
}

TEST_F(EventSpaceTest, ARemovedFileGivesItsSpaceBackThoughReadersHaveItOpen) {
  waf::AuditEvent big = event("big");
  big.body_excerpt = std::string(3000, 'x');
  writeAll(std::vector<waf::AuditEvent>(2000, big));
  index();
  const EventFileName first = listEventFiles(folder_.path()).back();
  EXPECT_THAT(ids("", 10), testing::SizeIs(2000));  // the reader keeps it open, and the indexer
  clock_.advance(std::chrono::hours(24));
  write(event("newest"));
  EXPECT_GT(eventFileBytes(folder_.path(), first), 6u << 20);
  removeEventFile(folder_.path(), first);
  EXPECT_EQ(eventFileBytes(folder_.path(), first), 0u);
  // What is mapped stays until it is closed: 32 KB for each connection's log.
  EXPECT_LE(bytesOfRemovedFiles(folder_.path()), 256u << 10);
  EXPECT_THAT(ids("", 10), ElementsAre("newest"));
  EXPECT_THAT(ids("injection", 10), ElementsAre("newest"));
  index();
}

TEST_F(EventSpaceTest, AReaderInTheMiddleOfARemovedFileEndsWithoutAFault) {
  waf::AuditEvent big = event("x");
  big.body_excerpt = std::string(3000, 'x');
  writeAll(std::vector<waf::AuditEvent>(3000, big));
  const EventFileName first = listEventFiles(folder_.path()).back();
  clock_.advance(std::chrono::hours(24));
  write(event("newest"));
  size_t seen = 0;
  const auto done = store_.forEach({}, [&](const waf::AuditEvent& each) {
    EXPECT_TRUE(each.id == "newest" || each.body_excerpt == big.body_excerpt);
    if (++seen == 700) removeEventFile(folder_.path(), first);
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LT(seen, 3001u);
}

TEST_F(EventSpaceTest, AHistogramHasAtMostFiveThousandBarsWhateverItsRange) {
  std::vector<waf::AuditEvent> events;
  for (int i = 0; i < 7000; ++i) {
    events.push_back(event(std::to_string(i)));
    clock_.advance(std::chrono::seconds(5));
  }
  writeAll(events);
  const auto counts = store_.count({}, {.step = std::chrono::seconds(1)});
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_LE(counts->histogram.size(), 5000u);
  EXPECT_GT(counts->histogram.size(), 2000u);
  EXPECT_EQ(counts->step, std::chrono::seconds(8)) << "five seconds apart: 1, 2 and 4 are too fine";
  uint64_t total = 0;
  for (const EventStep& step : counts->histogram) {
    total += step.blocked;
    EXPECT_EQ(step.start.time_since_epoch() % counts->step, std::chrono::microseconds(0));
  }
  EXPECT_EQ(total, counts->total);
  EXPECT_EQ(store_.count({}, {.step = std::chrono::seconds(600)})->step, std::chrono::seconds(600));
}

}  // namespace
}  // namespace db
