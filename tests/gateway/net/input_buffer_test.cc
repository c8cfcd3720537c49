#include "gateway/net/input_buffer.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/stream_pair.h"

namespace gateway {
namespace {

using testing::makeStreamPair;
using testing::runToEnd;
using testing::sendFrom;
using testing::StreamPair;

TEST(InputBufferTest, TakingTheHeadLeavesTheRest) {
  InputBuffer input;
  input.append("skip head rest");
  input.consume(5);
  size_t offset = 0;
  const Buffer head = input.takeHead(4, &offset);
  EXPECT_EQ(std::string_view(head.data() + offset, 4), "head");
  EXPECT_EQ(input.view(), " rest");
}

TEST(InputBufferTest, AHeadStaysAsItWasWhateverComesBehindIt) {
  InputBuffer input;
  input.append("head one");
  size_t offset = 0;
  const Buffer head = input.takeHead(4, &offset);
  const auto taken = [&] { return std::string_view(head.data() + offset, 4); };
  input.append(std::string(Buffer::kBlockBytes, 'x'));  // more than its block has room for
  EXPECT_EQ(taken(), "head");
  EXPECT_EQ(input.view().substr(0, 5), " onex");
  EXPECT_EQ(input.size(), 4 + Buffer::kBlockBytes);
  input.consume(input.size());
  input.append(std::string(Buffer::kBlockBytes, 'y'));
  EXPECT_EQ(taken(), "head");
}

TEST(InputBufferTest, WhatFollowsAnEmptiedBlockIsWrittenElsewhere) {
  InputBuffer input;
  input.append("head and body");
  size_t offset = 0;
  const Buffer head = input.takeHead(4, &offset);
  input.consume(input.size());
  input.append("next");
  EXPECT_EQ(std::string_view(head.data() + offset, 4), "head");
  EXPECT_EQ(input.view(), "next");
}

TEST(InputBufferTest, AppendsMoreThanABlock) {
  InputBuffer input;
  std::string all;
  for (int i = 0; i < 100; ++i) all += std::string(1000, static_cast<char>('a' + i % 26));
  input.append(std::string_view(all).substr(0, 10));
  input.append(std::string_view(all).substr(10));
  EXPECT_EQ(input.view(), all);
}

TEST(InputBufferTest, FillStopsAtItsLimit) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    sendFrom(pair.peer, std::string(200'000, 'x'));
    InputBuffer input;
    IoResult result;
    do {
      result = co_await input.fill(*pair.stream, kNoDeadline, 40'000);
    } while (result.ok());
    EXPECT_EQ(result.status, IoStatus::Full);
    EXPECT_GE(input.size(), 40'000u);
    EXPECT_LE(input.size(), 65'536u);
  });
}

TEST(InputBufferTest, KeepsItsBytesWhenARecurringReaderConsumesInSmallSteps) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    InputBuffer input;
    std::string expected;
    std::string seen;
    for (int i = 0; i < 300; ++i) {
      const std::string piece(997, static_cast<char>('a' + i % 26));
      sendFrom(pair.peer, piece);
      expected += piece;
      if (input.size() < Buffer::kBlockBytes) {
        EXPECT_TRUE((co_await input.fill(*pair.stream, kNoDeadline)).ok());
      }
      const size_t take = input.size() / 2;
      seen += input.view().substr(0, take);
      input.consume(take);
    }
    while (seen.size() + input.size() < expected.size()) {
      seen += input.view();
      input.consume(input.size());
      EXPECT_TRUE((co_await input.fill(*pair.stream, kNoDeadline)).ok());
    }
    seen += input.view();
    EXPECT_EQ(seen, expected);
  });
}

}  // namespace
}  // namespace gateway
