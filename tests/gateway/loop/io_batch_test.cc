#include "gateway/loop/io_batch.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "gateway/loop/unique_fd.h"

namespace gateway {
namespace {

using Kind = IoBatch::Operation::Kind;

struct Pair {
  UniqueFd ours;
  UniqueFd peer;
};

Pair makePair() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

class IoBatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("PORTCULLIS_IO_URING", "on", 1);
    batch_ = IoBatch::create();
    if (batch_ == nullptr) GTEST_SKIP() << "the kernel offers no io_uring";
  }

  IoBatch::Operation operation(Kind kind, int fd, void* buffer, size_t size) {
    IoBatch::Operation made;
    made.kind = kind;
    made.fd = fd;
    made.buffer = buffer;
    made.size = size;
    made.waiter = std::noop_coroutine();
    return made;
  }
  size_t run() {
    std::vector<std::coroutine_handle<>> done;
    batch_->run(&done);
    return done.size();
  }

  std::unique_ptr<IoBatch> batch_;
};

// More than the ring takes at once.
TEST_F(IoBatchTest, EachOperationHasItsOwnResult) {
  constexpr size_t kPairs = 300;
  std::vector<Pair> pairs;
  std::vector<std::string> texts;
  std::vector<std::array<char, 16>> blocks(kPairs);
  std::vector<IoBatch::Operation> sends;
  std::vector<IoBatch::Operation> receives;
  for (size_t i = 0; i < kPairs; ++i) {
    pairs.push_back(makePair());
    texts.push_back(std::to_string(i));
  }
  for (size_t i = 0; i < kPairs; ++i) {
    sends.push_back(operation(Kind::Send, pairs[i].ours.get(), texts[i].data(), texts[i].size()));
    receives.push_back(
        operation(Kind::Receive, pairs[i].peer.get(), blocks[i].data(), blocks[i].size()));
  }
  for (IoBatch::Operation& each : sends) batch_->add(&each);
  EXPECT_EQ(run(), kPairs);
  EXPECT_TRUE(batch_->empty());
  for (IoBatch::Operation& each : receives) batch_->add(&each);
  EXPECT_EQ(run(), kPairs);
  for (size_t i = 0; i < kPairs; ++i) {
    EXPECT_EQ(sends[i].result, static_cast<ssize_t>(texts[i].size()));
    ASSERT_EQ(receives[i].result, static_cast<ssize_t>(texts[i].size()));
    EXPECT_EQ(std::string(blocks[i].data(), texts[i].size()), texts[i]);
  }
  EXPECT_EQ(batch_->together(), 2 * kPairs);
}

TEST_F(IoBatchTest, NothingWaits) {
  const Pair empty = makePair();
  Pair closed = makePair();
  closed.peer.reset();
  Pair full = makePair();
  const std::string much(1 << 20, 'x');
  while (::send(full.ours.get(), much.data(), much.size(), MSG_DONTWAIT) > 0) {
  }
  std::array<char, 16> block{};
  auto reads_nothing = operation(Kind::Receive, empty.ours.get(), block.data(), block.size());
  auto reads_the_end = operation(Kind::Receive, closed.ours.get(), block.data(), block.size());
  auto has_no_room =
      operation(Kind::Send, full.ours.get(), const_cast<char*>(much.data()), much.size());
  auto has_no_peer =
      operation(Kind::Send, closed.ours.get(), const_cast<char*>(much.data()), much.size());
  has_no_peer.flags = MSG_NOSIGNAL;
  for (auto* each : {&reads_nothing, &reads_the_end, &has_no_room, &has_no_peer}) batch_->add(each);
  EXPECT_EQ(run(), 4U);
  EXPECT_EQ(reads_nothing.result, -EAGAIN);
  EXPECT_EQ(reads_the_end.result, 0);
  EXPECT_EQ(has_no_room.result, -EAGAIN);
  EXPECT_EQ(has_no_peer.result, -EPIPE);
}

TEST_F(IoBatchTest, OneAloneAndOneWithoutADescriptorAreNoMatterOfTheRing) {
  const Pair pair = makePair();
  std::array<char, 16> block{};
  ASSERT_EQ(::send(pair.peer.get(), "one", 3, 0), 3);
  auto alone = operation(Kind::Receive, pair.ours.get(), block.data(), block.size());
  batch_->add(&alone);
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(alone.result, 3);
  auto gone = operation(Kind::Receive, -1, block.data(), block.size());
  auto also_gone = gone;
  batch_->add(&gone);
  batch_->add(&also_gone);
  EXPECT_EQ(run(), 2U);
  EXPECT_EQ(batch_->together(), 0U);
}

TEST_F(IoBatchTest, PiecesGoOutInOrder) {
  const Pair pair = makePair();
  const Pair other = makePair();
  std::string head = "head ";
  std::string body = "body";
  std::array<iovec, 2> parts{{{head.data(), head.size()}, {body.data(), body.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  auto pieces = operation(Kind::SendMessage, pair.ours.get(), nullptr, 0);
  pieces.message = &message;
  auto beside = operation(Kind::Send, other.ours.get(), body.data(), body.size());
  batch_->add(&pieces);
  batch_->add(&beside);
  EXPECT_EQ(run(), 2U);
  EXPECT_EQ(pieces.result, 9);
  std::array<char, 16> block{};
  EXPECT_EQ(::recv(pair.peer.get(), block.data(), block.size(), 0), 9);
  EXPECT_EQ(std::string(block.data(), 9), "head body");
}

TEST_F(IoBatchTest, ItsRoomIsBoundedAndComesAgain) {
  char* const first = batch_->room(100 * 1024);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(batch_->room(100 * 1024), nullptr);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(batch_->room(100 * 1024), first);
}

TEST(IoBatchSettingTest, TheEnvironmentTurnsItOff) {
  ::setenv("PORTCULLIS_IO_URING", "off", 1);
  EXPECT_EQ(IoBatch::create(), nullptr);
}

}  // namespace
}  // namespace gateway
