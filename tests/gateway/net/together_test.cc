// Streams that read and write in the same turn of the loop do it in one call of the kernel.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "gateway/net/stream.h"
#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/stream_pair.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::makeStreamPair;
using testing::receivedBy;
using testing::runToEnd;
using testing::sendFrom;
using testing::StreamPair;

constexpr size_t kStreams = 8;

Task<void> readOne(StreamPair* pair, std::string* got, size_t* left) {
  std::vector<char> block(100);
  const IoResult result = co_await pair->stream->read(block, kNoDeadline);
  *got = result.ok() ? std::string(block.data(), result.bytes) : describe(result);
  --*left;
}

std::vector<StreamPair> makePairs(EventLoop& loop) {
  std::vector<StreamPair> pairs;
  for (size_t i = 0; i < kStreams; ++i) pairs.push_back(makeStreamPair(loop));
  return pairs;
}

Task<void> waitUntil(EventLoop& loop, const size_t& left) {
  while (left > 0) co_await loop.sleepFor(milliseconds(1));
}

TEST(TogetherTest, EachReaderHasItsOwnBytes) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    std::vector<StreamPair> pairs = makePairs(loop);
    std::vector<std::string> got(kStreams);
    size_t left = kStreams;
    for (size_t i = 0; i < kStreams; ++i) {
      sendFrom(pairs[i].peer, "for " + std::to_string(i));
      loop.spawn(readOne(&pairs[i], &got[i], &left));
    }
    co_await waitUntil(loop, left);
    for (size_t i = 0; i < kStreams; ++i) EXPECT_EQ(got[i], "for " + std::to_string(i));
  });
}

TEST(TogetherTest, WhoFindsNothingWaits) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    std::vector<StreamPair> pairs = makePairs(loop);
    std::vector<std::string> got(kStreams);
    size_t left = kStreams;
    for (size_t i = 0; i < kStreams; ++i) loop.spawn(readOne(&pairs[i], &got[i], &left));
    co_await loop.sleepFor(milliseconds(5));
    EXPECT_EQ(left, kStreams);
    for (size_t i = 0; i < kStreams; ++i) sendFrom(pairs[i].peer, std::to_string(i));
    co_await waitUntil(loop, left);
    for (size_t i = 0; i < kStreams; ++i) EXPECT_EQ(got[i], std::to_string(i));
  });
}

// Whose descriptor is closed, and its number perhaps taken again, before its turn came.
TEST(TogetherTest, AStreamThatIsClosedBeforeItsTurnReadsNothing) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    std::vector<StreamPair> pairs = makePairs(loop);
    std::vector<std::string> got(kStreams);
    size_t left = kStreams;
    for (size_t i = 0; i < kStreams; ++i) {
      sendFrom(pairs[i].peer, "text");
      loop.spawn(readOne(&pairs[i], &got[i], &left));
    }
    StreamPair other;
    loop.spawn([](EventLoop& inner, StreamPair* closed, StreamPair* opened) -> Task<void> {
      closed->stream->close();
      *opened = makeStreamPair(inner);
      sendFrom(opened->peer, "of another connection");
      co_return;
    }(loop, &pairs[0], &other));
    co_await waitUntil(loop, left);
    // One by one it would have read before the other closed it.
    const bool together = IoBatch::create() != nullptr;
    EXPECT_EQ(got[0], together ? describe(IoResult{IoStatus::Closed}) : "text");
    for (size_t i = 1; i < kStreams; ++i) EXPECT_EQ(got[i], "text");
    std::vector<char> block(100);
    EXPECT_EQ((co_await other.stream->read(block, kNoDeadline)).bytes, 21u);
  });
}

Task<void> writeMuch(StreamPair* pair, const std::string* head, const std::string* body,
                     size_t* left) {
  const IoResult result = co_await pair->stream->write(Stream::Pieces{*head, *body}, kNoDeadline);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.bytes, head->size() + body->size());
  --*left;
}

// Small ones are copied, large ones go in pieces, and what the kernel does not take at once later.
TEST(TogetherTest, AllOfWhatIsWrittenArrives) {
  for (const size_t size : {0u, 10u, 4000u, 5000u, 3'000'000u}) {
    runToEnd([size](EventLoop& loop) -> Task<void> {
      std::vector<StreamPair> pairs = makePairs(loop);
      std::vector<std::string> heads;
      const std::string body(size, 'b');
      for (size_t i = 0; i < kStreams; ++i) heads.push_back("head of " + std::to_string(i));
      size_t left = kStreams;
      for (size_t i = 0; i < kStreams; ++i) {
        loop.spawn(writeMuch(&pairs[i], &heads[i], &body, &left));
      }
      std::vector<std::string> got(kStreams);
      while (left > 0) {
        co_await loop.sleepFor(milliseconds(1));
        for (size_t i = 0; i < kStreams; ++i) got[i] += receivedBy(pairs[i].peer);
      }
      for (size_t i = 0; i < kStreams; ++i) {
        got[i] += receivedBy(pairs[i].peer);
        EXPECT_EQ(got[i], heads[i] + body) << size;
      }
    });
  }
}

TEST(TogetherTest, AWriteToAPeerThatIsGoneFailsAlone) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    std::vector<StreamPair> pairs = makePairs(loop);
    pairs[0].peer.reset();
    size_t left = kStreams;
    size_t failed = 0;
    for (StreamPair& pair : pairs) {
      loop.spawn([](StreamPair* each, size_t* bad, size_t* open) -> Task<void> {
        // The first write meets the end, or the reset that answers it.
        for (int i = 0; i < 3; ++i) {
          if (!(co_await each->stream->write("text", kNoDeadline)).ok()) {
            ++*bad;
            break;
          }
          co_await each->stream->loop().sleepFor(milliseconds(5));
        }
        --*open;
      }(&pair, &failed, &left));
    }
    co_await waitUntil(loop, left);
    EXPECT_EQ(failed, 1u);
    for (size_t i = 1; i < kStreams; ++i) EXPECT_EQ(receivedBy(pairs[i].peer), "texttexttext");
  });
}

}  // namespace
}  // namespace gateway
