#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "db/events/event_store.h"
#include "db/spool/merger.h"
#include "db/store/event_log.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "tests/support/wait_until.h"
#include "waf/base/ulid.h"

// The process is started again as its own child, which appends until it is killed; it writes each
// id to a pipe after append() returned true, as a gateway releases the response.
namespace db {
namespace {

constexpr const char* kChildVariable = "PORTCULLIS_CRASH_CHILD";
constexpr const char* kCatchingUpVariable = "PORTCULLIS_CATCHING_UP_CHILD";
constexpr int kReportFd = 3;

AuditLogConfig auditIn(const std::string& folder) { return {"relevant", folder + "/audit.jsonl"}; }

[[noreturn]] void appendUntilKilled(const std::string& folder) {
  auto log = EventLog::open(folder, waf::Clock::system());
  if (!log) ::_exit(2);
  (*log)->configure(auditIn(folder), {});
  const auto appendForever = [&log] {
    const auto spool = (*log)->openSpool();
    while (true) {
      const std::string id = waf::newUlid(waf::Clock::system().wall());
      if (!spool->append(waf::toAuditJson(sampleEvent(id, waf::Clock::system().wall())), true)) {
        std::this_thread::yield();
        continue;
      }
      // 27 bytes: below PIPE_BUF, so that the two threads' writes do not mix.
      const std::string report = id + "\n";
      if (::write(kReportFd, report.data(), report.size()) < 0) ::_exit(3);
    }
  };
  std::thread other(appendForever);
  appendForever();
  ::_exit(0);
}

TEST(CrashTest, ChildAppendsUntilKilled) {
  const char* folder = std::getenv(kChildVariable);
  if (folder != nullptr) appendUntilKilled(folder);
}

// This program again, with one test of it and one more variable; what it writes to kReportFd comes
// from `report` where there is one.
pid_t startChild(const char* filter, const std::string& variable, int report) {
  char path[] = "/proc/self/exe";
  std::string filter_argument = std::string("--gtest_filter=CrashTest.") + filter;
  std::string environment = variable;
  char* arguments[] = {path, filter_argument.data(), nullptr};
  char* variables[] = {environment.data(), nullptr};
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (report >= 0) ::dup2(report, kReportFd);
  const int silence = ::open("/dev/null", O_WRONLY);
  ::dup2(silence, STDOUT_FILENO);
  ::execve(path, arguments, variables);
  ::_exit(4);
}

void expectKilled(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
}

std::string runChildFor(const std::string& folder, std::chrono::milliseconds time) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return "";
  const pid_t child = startChild("ChildAppendsUntilKilled",
                                 std::string(kChildVariable) + "=" + folder, pipe_ends[1]);
  ::close(pipe_ends[1]);
  std::string reported;
  char buffer[4096];
  std::thread killer;
  while (true) {
    const ssize_t count = ::read(pipe_ends[0], buffer, sizeof buffer);
    if (count <= 0) break;
    // The clock starts with the first append, however long the start took.
    if (reported.empty()) {
      killer = std::thread([child, time] {
        std::this_thread::sleep_for(time);
        ::kill(child, SIGKILL);
      });
    }
    reported.append(buffer, static_cast<size_t>(count));
  }
  if (killer.joinable()) killer.join();
  ::close(pipe_ends[0]);
  expectKilled(child);
  return reported;
}

TEST(CrashTest, EveryAppendedEventIsThereOnceAfterKill9) {
  const TemporaryFolder folder;
  std::mt19937 random(20261125);
  std::string reported;
  for (int round = 0; round < 6; ++round) {
    const auto time = std::chrono::milliseconds(random() % 150);
    reported += runChildFor(folder.path(), time);
  }
  {
    auto log = EventLog::open(folder.path(), waf::Clock::system());
    ASSERT_TRUE(log) << log.error().message;
    (*log)->configure(auditIn(folder.path()), {});
    ASSERT_TRUE((*log)->flush(std::chrono::seconds(60)));
  }
  std::map<std::string, int> stored;
  SqliteEventStore store(folder / "events");
  ASSERT_TRUE(store.forEach({}, [&stored](const waf::AuditEvent& event) {
    ++stored[event.id];
    return true;
  }));
  std::map<std::string, int> logged;
  for (const std::string& line : linesOf(folder / "audit.jsonl")) {
    waf::AuditEvent event;
    ASSERT_TRUE(waf::parseAuditJson(line, &event)) << line;
    ++logged[event.id];
  }
  size_t reports = 0;
  for (size_t start = 0; start + 27 <= reported.size(); start += 27, ++reports) {
    const std::string id = reported.substr(start, 26);
    ASSERT_EQ(stored[id], 1) << id;
    ASSERT_EQ(logged[id], 1) << id;
  }
  for (const auto& [id, count] : stored) ASSERT_EQ(count, 1) << id;
  for (const auto& [id, count] : logged) ASSERT_EQ(count, 1) << id;
  EXPECT_GT(reports, 100u);
  std::cout << reports << " events over 6 kills\n";
  // All that earlier processes left is gone, but for what the last one holds no more.
  for (const auto& entry : std::filesystem::directory_iterator(folder / "spool")) {
    EXPECT_NE(entry.path().extension(), ".seg") << entry.path();
  }
}

// A child's only act: the audit log catches up with what is left in the spool.
TEST(CrashTest, ChildCatchesUpUntilKilled) {
  const char* folder = std::getenv(kCatchingUpVariable);
  if (folder == nullptr) return;
  auto log = EventLog::open(folder, waf::Clock::system());
  if (!log) ::_exit(2);
  (*log)->configure(auditIn(folder), {});
  while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
}

// Far more lines are left than the end of the file that a start looks through.
TEST(CrashTest, AKillWhileTheAuditLogCatchesUpRepeatsNoLine) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "spool");
  std::atomic<uint64_t> sequence{5};
  size_t lines = 0;
  for (int number = 1; number <= 6; ++number) {
    const auto segment =
        Segment::create(folder / "spool", "left-0001-0000000" + std::to_string(number) + ".seg");
    ASSERT_TRUE(segment);
    waf::AuditEvent event = sampleEvent("", waf::WallTime(std::chrono::hours(490000)));
    event.rules.front().value = std::string(100000, 'x');
    do {
      event.id = "event" + std::to_string(++lines);
    } while ((*segment)->append(waf::toAuditJson(event), true, sequence));
    --lines;  // the last one had no room
    (*segment)->seal();
  }
  const std::string audit = folder / "audit.jsonl";
  const pid_t child = startChild("ChildCatchesUpUntilKilled",
                                 std::string(kCatchingUpVariable) + "=" + folder.path(), -1);
  std::error_code missing;
  const auto written = [&] {
    const auto size = std::filesystem::file_size(audit, missing);
    return missing ? size_t{0} : static_cast<size_t>(size);
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (written() < 10u << 20 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  ::kill(child, SIGKILL);
  expectKilled(child);
  {
    auto log = EventLog::open(folder.path(), waf::Clock::system());
    ASSERT_TRUE(log) << log.error().message;
    (*log)->configure(auditIn(folder.path()), {});
    ASSERT_TRUE((*log)->flush(std::chrono::seconds(60)));
  }
  std::map<std::string, int> logged;
  for (const std::string& line : linesOf(audit)) {
    waf::AuditEvent event;
    ASSERT_TRUE(waf::parseAuditJson(line, &event)) << line.substr(0, 60);
    ASSERT_EQ(++logged[event.id], 1) << event.id;
  }
  EXPECT_EQ(logged.size(), lines);
}

TEST(CrashTest, ATornAuditLineIsCompleted) {
  const TemporaryFolder folder;
  const std::string line =
      waf::toAuditJson(sampleEvent("a", waf::WallTime(std::chrono::hours(490000))));
  {
    std::filesystem::create_directories(folder / "spool");
    std::atomic<uint64_t> sequence{5};
    const auto segment = Segment::create(folder / "spool", "left-0001-00000001.seg");
    ASSERT_TRUE(segment);
    ASSERT_TRUE((*segment)->append(line, true, sequence));
    std::ofstream(folder / "audit.jsonl") << "{}\n" << line.substr(0, line.size() / 2);
  }
  {
    auto log = EventLog::open(folder.path(), waf::Clock::system());
    (*log)->configure(auditIn(folder.path()), {});
    ASSERT_TRUE((*log)->flush(tests::kPatience));
  }
  EXPECT_EQ(linesOf(folder / "audit.jsonl"), (std::vector<std::string>{"{}", line}));
  EXPECT_FALSE(std::filesystem::exists(folder / "spool/left-0001-00000001.seg"));
}

TEST(CrashTest, ARecordThatIsNotWholeEndsItsSegment) {
  const TemporaryFolder folder;
  std::atomic<uint64_t> sequence{1};
  {
    const auto segment = Segment::create(folder.path(), "left.seg");
    ASSERT_TRUE(segment);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE((*segment)->append("abcdefgh", true, sequence));
  }
  // The second record's line: header of 64, a record of 24 + 8, a header of 24.
  const int fd = ::open((folder / "left.seg").c_str(), O_WRONLY);
  ASSERT_EQ(::pwrite(fd, "X", 1, 64 + 32 + 24), 1);
  ::close(fd);
  EXPECT_EQ(recoverRecords(folder.path(), {}, {}).size(), 1u);
}

}  // namespace
}  // namespace db
