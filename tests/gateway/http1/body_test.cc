#include <gtest/gtest.h>

#include "gateway/http1/body_reader.h"
#include "gateway/http1/body_writer.h"
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
using Status = BodyPart::Status;

Task<Status> readAll(BodyReader& reader, StreamPair& pair, InputBuffer& input, std::string* body) {
  for (;;) {
    const BodyPart part =
        co_await reader.next(*pair.stream, input, pair.stream->loop().after(milliseconds(30'000)));
    if (part.status != Status::Data) co_return part.status;
    body->append(part.data);
  }
}

TEST(BodyReaderTest, ReadsALengthAndLeavesTheNextRequest) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    InputBuffer input;
    BodyReader reader(BodyFraming::Length, 5);
    EXPECT_FALSE(reader.done());
    sendFrom(pair.peer, "helloGET /");
    std::string body;
    EXPECT_EQ(co_await readAll(reader, pair, input, &body), Status::End);
    EXPECT_EQ(body, "hello");
    EXPECT_EQ(input.view(), "GET /");
    EXPECT_TRUE(reader.done());
    EXPECT_EQ((co_await reader.next(*pair.stream, input, kNoDeadline)).status, Status::End);
  });
}

TEST(BodyReaderTest, KnowsTheLastPart) {
  struct Case {
    BodyFraming framing;
    std::string_view sent;
    bool last;
  };
  const Case cases[] = {
      {BodyFraming::Length, "hello", true},
      {BodyFraming::Length, "helloHTTP/1.1 200", true},
      {BodyFraming::Length, "hell", false},
      {BodyFraming::Chunked, "5\r\nhello\r\n0\r\n\r\n", true},
      {BodyFraming::Chunked, "5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200", true},
      {BodyFraming::Chunked, "5\r\nhello\r\n0\r\n", false},
      {BodyFraming::Chunked, "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", false},
      {BodyFraming::Chunked, "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n", false},
      // The end of a chunk within the data of one.
      {BodyFraming::Chunked, "20\r\nhello\r\n0\r\n\r\n", false},
      {BodyFraming::UntilClose, "hello", false},
  };
  runToEnd([&cases](EventLoop& loop) -> Task<void> {
    for (const Case& each : cases) {
      StreamPair pair = makeStreamPair(loop);
      InputBuffer input;
      BodyReader reader(each.framing, 5);
      EXPECT_FALSE(reader.atLastPart(input));
      sendFrom(pair.peer, each.sent);
      const BodyPart part = co_await reader.next(*pair.stream, input, kNoDeadline);
      EXPECT_EQ(part.status, Status::Data);
      EXPECT_EQ(reader.atLastPart(input), each.last) << each.sent;
      if (each.last) {
        EXPECT_EQ(reader.poll(input).status, Status::End) << each.sent;
      }
    }
  });
}

TEST(BodyReaderTest, ReadsALargeBodyInBoundedMemory) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    InputBuffer input;
    BodyReader reader(BodyFraming::Length, 300'000);
    size_t got = 0;
    for (size_t sent = 0; got < 300'000;) {
      if (sent < 300'000) {
        sendFrom(pair.peer, std::string(10'000, 'x'));
        sent += 10'000;
      }
      const BodyPart part = co_await reader.next(*pair.stream, input, kNoDeadline);
      EXPECT_EQ(part.status, Status::Data);
      EXPECT_LE(part.data.size(), Buffer::kBlockBytes);
      got += part.data.size();
    }
    EXPECT_EQ(got, 300'000u);
  });
}

TEST(BodyReaderTest, ReadsChunksAndReportsBrokenOnes) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    InputBuffer input;
    BodyReader reader(BodyFraming::Chunked, 0);
    sendFrom(pair.peer, "5\r\nhello\r\n0\r\n\r\n5\r\nhelloXX");
    std::string body;
    EXPECT_EQ(co_await readAll(reader, pair, input, &body), Status::End);
    EXPECT_EQ(body, "hello");
    BodyReader broken(BodyFraming::Chunked, 0);
    EXPECT_EQ(co_await readAll(broken, pair, input, &body), Status::Refused);
  });
}

TEST(BodyReaderTest, TellsATruncatedBodyFromOneThatEndsWithTheConnection) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    for (const auto framing :
         {BodyFraming::Length, BodyFraming::Chunked, BodyFraming::UntilClose}) {
      StreamPair pair = makeStreamPair(loop);
      InputBuffer input;
      BodyReader reader(framing, 50);
      sendFrom(pair.peer, "5\r\nhel");
      pair.peer.reset();
      std::string body;
      const Status status = co_await readAll(reader, pair, input, &body);
      EXPECT_EQ(status, framing == BodyFraming::UntilClose ? Status::End : Status::Truncated);
    }
  });
}

TEST(BodyReaderTest, ReportsSilence) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    InputBuffer input;
    BodyReader reader(BodyFraming::Length, 5);
    const BodyPart part = co_await reader.next(*pair.stream, input, loop.after(milliseconds(10)));
    EXPECT_EQ(part.status, Status::Timeout);
  });
}

TEST(BodyReaderTest, PollHandsOutOnlyWhatIsThere) {
  InputBuffer input;
  BodyReader reader(BodyFraming::Length, 10);
  EXPECT_TRUE(reader.poll(input).data.empty());
  input.append("hello");
  EXPECT_EQ(reader.poll(input).data, "hello");
  EXPECT_EQ(reader.poll(input).status, Status::Data);
  EXPECT_TRUE(input.empty());
}

Task<std::string> written(EventLoop& loop, BodyFraming framing, bool at_once) {
  StreamPair pair = makeStreamPair(loop);
  BodyWriter writer(*pair.stream, "HEAD\r\n\r\n", framing);
  EXPECT_FALSE(writer.started());
  if (!at_once) {
    EXPECT_TRUE((co_await writer.write("hello", kNoDeadline)).ok());
  }
  EXPECT_TRUE((co_await writer.finishWith("world!", kNoDeadline)).ok());
  EXPECT_TRUE(writer.started());
  co_return receivedBy(pair.peer);
}

TEST(BodyWriterTest, FramesTheBody) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    EXPECT_EQ(co_await written(loop, BodyFraming::Length, false), "HEAD\r\n\r\nhelloworld!");
    EXPECT_EQ(co_await written(loop, BodyFraming::Length, true), "HEAD\r\n\r\nworld!");
    EXPECT_EQ(co_await written(loop, BodyFraming::Chunked, false),
              "HEAD\r\n\r\n5\r\nhello\r\n6\r\nworld!\r\n0\r\n\r\n");
    EXPECT_EQ(co_await written(loop, BodyFraming::Chunked, true),
              "HEAD\r\n\r\n6\r\nworld!\r\n0\r\n\r\n");
  });
}

TEST(BodyWriterTest, AnEmptyPieceDoesNotEndAChunkedBody) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    BodyWriter writer(*pair.stream, "H", BodyFraming::Chunked);
    co_await writer.write("", kNoDeadline);
    EXPECT_EQ(receivedBy(pair.peer), "");
    co_await writer.flush(kNoDeadline);
    EXPECT_EQ(receivedBy(pair.peer), "H");
    co_await writer.finish(kNoDeadline);
    EXPECT_EQ(receivedBy(pair.peer), "0\r\n\r\n");
  });
}

TEST(BodyWriterTest, TrailersStandBehindChunksOnly) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    const Trailers trailers{{"X-Sum", "42"}, {"Set-Cookie", "a=b"}};
    for (const bool empty : {false, true}) {
      StreamPair pair = makeStreamPair(loop);
      BodyWriter writer(*pair.stream, "H", BodyFraming::Chunked);
      const std::string_view last = empty ? std::string_view() : std::string_view("body");
      co_await writer.finishWith(last, kNoDeadline, trailers);
      EXPECT_EQ(receivedBy(pair.peer),
                empty ? "H0\r\nX-Sum: 42\r\n\r\n" : "H4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n");
    }
    StreamPair pair = makeStreamPair(loop);
    BodyWriter writer(*pair.stream, "H", BodyFraming::Length);
    co_await writer.finishWith("body", kNoDeadline, trailers);
    EXPECT_EQ(receivedBy(pair.peer), "Hbody");
  });
}

}  // namespace
}  // namespace gateway
