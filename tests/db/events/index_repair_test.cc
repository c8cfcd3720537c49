#include <filesystem>
#include <fstream>

#include "tests/db/support/event_files_fixture.h"

// An index that is not of its file any more, or that the disk damaged, is made anew; nothing is
// missing in the meantime.
namespace db {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::SizeIs;

class IndexRepairTest : public EventFilesTest {
 protected:
  void fill(int from, int count) {
    std::vector<waf::AuditEvent> events;
    for (int i = from; i < from + count; ++i) {
      events.push_back(event(std::to_string(i)));
      events.back().uri = "/" + std::to_string(i) + "?word" + std::to_string(i % 10);
      clock_.advance(std::chrono::milliseconds(10));
    }
    writeAll(events);
  }
  int64_t indexed() {
    const auto index = Connection::open(indexPath(newestFile()), {.mode = Connection::Mode::Read});
    return index ? *(*index)->number("SELECT arrival FROM progress") : -1;
  }
  void copyFile(const std::string& from, const std::string& to) {
    for (const char* companion : {"", "-wal", "-shm"}) {
      fs::remove(to + companion);
      if (fs::exists(from + companion)) fs::copy_file(from + companion, to + companion);
    }
  }
};

TEST_F(IndexRepairTest, AShorterFileOfTheSameDayGetsAnIndexOfItsOwn) {
  fill(0, 20);
  const std::string shorter = folder_ / "shorter";
  copyFile(newestFile(), shorter);
  fill(20, 100);
  index();
  EXPECT_EQ(indexed(), 120);
  copyFile(shorter, newestFile());
  for (const bool repaired : {false, true}) {
    EXPECT_THAT(ids("word3"), ElementsAre("13", "3")) << repaired;
    EXPECT_THAT(ids("rule:942100"), SizeIs(20)) << repaired;
    EventIndexer next(folder_.path());
    while (*next.advance(1000) > 0) {
    }
    EXPECT_EQ(indexed(), 20);
    EXPECT_EQ(next.countLeft(), 0u);
  }
}

TEST_F(IndexRepairTest, AnotherFileOfTheSameNameGetsAnIndexOfItsOwn) {
  fill(0, 30);
  index();
  const std::string kept = folder_ / "kept.idx";
  copyFile(indexPath(newestFile()), kept);
  removeEventFile(folder_.path(), listEventFiles(folder_.path()).back());
  clock_.advance(std::chrono::minutes(1));
  fill(100, 40);  // as many arrivals, and more
  copyFile(kept, indexPath(newestFile()));
  for (const bool repaired : {false, true}) {
    EXPECT_THAT(ids("word3"), ElementsAre("133", "123", "113", "103")) << repaired;
    EventIndexer next(folder_.path());
    while (*next.advance(1000) > 0) {
    }
    EXPECT_EQ(indexed(), 40);
  }
}

TEST_F(IndexRepairTest, AFinishedFilesIndexThatAReaderFindsDamagedIsMadeAnew) {
  fill(0, 2000);
  const std::string first = newestFile();
  clock_.advance(std::chrono::hours(24));
  fill(2000, 10);
  index();
  const std::vector<std::string> expected = ids("word3", 1000);
  EXPECT_THAT(expected, SizeIs(201));
  // Pages in the middle, as a failing disk leaves them.
  const std::string path = indexPath(first);
  {
    const auto open = Connection::open(path, {.mode = Connection::Mode::Write});
    ASSERT_TRUE((*open)->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  const auto size = fs::file_size(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (uint64_t at = 2 * 4096; at + 4096 <= size; at += 4096) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(4096, '\x5a');
    }
  }
  SqliteEventStore fresh(folder_.path());
  // Without an index a search takes its time, and goes on where a page has ended for that.
  size_t found = 0;
  std::string cursor;
  do {
    const auto page = fresh.query(parsed("word3"), cursor, 1000);
    ASSERT_TRUE(page) << page.error().message;
    found += page->events.size();
    cursor = page->next_cursor;
  } while (!cursor.empty());
  EXPECT_EQ(found, expected.size());
  EXPECT_FALSE(fs::exists(path)) << "a damaged index must not stay";
  // The same indexer that had finished the file.
  index();
  EXPECT_TRUE(fs::exists(path));
  EXPECT_EQ(indexer_.countLeft(), 0u);
  EXPECT_EQ(ids("word3", 1000), expected);
}

TEST_F(IndexRepairTest, AnIndexThatBreaksUnderTheIndexerIsMadeAnew) {
  fill(0, 500);
  index();
  {
    std::fstream file(indexPath(newestFile()), std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(100, 'x');
  }
  fs::remove(indexPath(newestFile()) + "-wal");
  EventIndexer next(folder_.path());
  for (int i = 0; i < 20 && next.advance(1000).value_or(1) > 0; ++i) {
  }
  EXPECT_EQ(indexed(), 500);
  EXPECT_THAT(ids("word3", 1000), SizeIs(50));
}

// Rows that come in another order than their times are sorted in as one batch, hence one segment.
TEST_F(IndexRepairTest, ABatchIsOneSegmentWhateverTheOrderOfItsTimes) {
  std::vector<waf::AuditEvent> events;
  for (int i = 0; i < 12; ++i) {
    events.push_back(sampleEvent(std::to_string(i),
                                 clock_.wall() - std::chrono::seconds(i % 2 == 0 ? 100 + i : i)));
  }
  writeAll(events);
  index();
  const auto connection =
      Connection::open(indexPath(newestFile()), {.mode = Connection::Mode::Read});
  ASSERT_TRUE(connection);
  EXPECT_EQ(*(*connection)->number("SELECT COUNT(DISTINCT segid) FROM words_idx"), 1);
  EXPECT_THAT(ids("injection", 5), SizeIs(12));
}

}  // namespace
}  // namespace db
