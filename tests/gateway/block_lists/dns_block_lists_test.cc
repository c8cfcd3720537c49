#include "gateway/block_lists/dns_block_lists.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>

#include "tests/support/wait_until.h"

namespace gateway {
namespace {

using waf::BlockListAnswer;
using Kind = BlockListAnswer::Kind;
using tests::waitUntil;

// DNS as a test decides; a name without an answer waits until release().
class FakeDns {
 public:
  BlockListAnswer ask(const std::string& name) {
    std::unique_lock lock(mutex_);
    ++asked_[name];
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_ || answers_.count(name) > 0; });
    const auto found = answers_.find(name);
    return found == answers_.end() ? BlockListAnswer{} : found->second;
  }
  void answer(const std::string& name, Kind kind, uint32_t address = 0) {
    const std::lock_guard lock(mutex_);
    answers_[name] = {kind, address};
    changed_.notify_all();
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  int asked(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return asked_[name];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, BlockListAnswer> answers_;
  std::map<std::string, int> asked_;
  bool released_ = false;
};

class DnsBlockListsTest : public ::testing::Test {
 protected:
  void TearDown() override { dns_->release(); }
  bool becomes(const std::string& name, Kind kind) {
    return waitUntil([&] { return lists_.ask(name).kind == kind; });
  }

  // The threads may outlive the object for a moment.
  std::shared_ptr<FakeDns> dns_ = std::make_shared<FakeDns>();
  waf::ManualClock clock_;
  DnsBlockLists lists_{[dns = dns_](const std::string& name) { return dns->ask(name); }, clock_};
};

TEST_F(DnsBlockListsTest, TheFirstSightIsUnknownAndTheNextOneIsAnswered) {
  EXPECT_EQ(lists_.ask("a.example").kind, Kind::Unknown);
  EXPECT_EQ(lists_.ask("a.example").kind, Kind::Unknown) << "still being asked";
  dns_->answer("a.example", Kind::Listed, 0x7f000002);
  EXPECT_TRUE(becomes("a.example", Kind::Listed));
  EXPECT_EQ(lists_.ask("a.example").address, 0x7f000002u);
  EXPECT_EQ(dns_->asked("a.example"), 1);
  dns_->answer("b.example", Kind::NotListed);
  EXPECT_TRUE(becomes("b.example", Kind::NotListed));
}

TEST_F(DnsBlockListsTest, AnAgedAnswerStandsWhileItIsAskedForAnew) {
  dns_->answer("a.example", Kind::Listed, 1);
  ASSERT_TRUE(becomes("a.example", Kind::Listed));
  clock_.advance(DnsBlockLists::kFresh + std::chrono::seconds(1));
  dns_->answer("a.example", Kind::NotListed);
  EXPECT_EQ(lists_.ask("a.example").kind, Kind::Listed);
  EXPECT_TRUE(becomes("a.example", Kind::NotListed));
  EXPECT_EQ(dns_->asked("a.example"), 2);
}

TEST_F(DnsBlockListsTest, AFailureIsTriedAgainAfterAMinute) {
  dns_->answer("a.example", Kind::Unknown);
  lists_.ask("a.example");
  ASSERT_TRUE(waitUntil([&] { return dns_->asked("a.example") == 1; }));
  ASSERT_TRUE(waitUntil([&] { return lists_.waiting() == 0; }));
  dns_->answer("a.example", Kind::Listed, 1);
  clock_.advance(DnsBlockLists::kFreshAfterFailure + std::chrono::seconds(1));
  EXPECT_TRUE(becomes("a.example", Kind::Listed));
}

TEST_F(DnsBlockListsTest, AFloodOfNamesIsBounded) {
  for (size_t i = 0; i < 3 * DnsBlockLists::kMaxWaiting; ++i) {
    EXPECT_EQ(lists_.ask("n" + std::to_string(i) + ".example").kind, Kind::Unknown);
  }
  EXPECT_LE(lists_.waiting(), DnsBlockLists::kMaxWaiting + DnsBlockLists::kThreads);
  EXPECT_LE(lists_.known(), DnsBlockLists::kMaxWaiting + DnsBlockLists::kThreads);
}

}  // namespace
}  // namespace gateway
