// The codec against a client of nghttp2's, both in memory, and against raw frames.
#include "gateway/http2/codec.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <cstring>
#include <map>
#include <utility>
#include <vector>

namespace gateway {
namespace {

std::string frame(uint8_t type, uint8_t flags, uint32_t id, const std::string& payload) {
  const auto length = static_cast<uint32_t>(payload.size());
  std::string out;
  for (const uint32_t byte : {length >> 16, length >> 8, length, uint32_t{type}, uint32_t{flags},
                              id >> 24, id >> 16, id >> 8, id}) {
    out.push_back(static_cast<char>(byte & 0xff));
  }
  return out + payload;
}

std::string literal(const std::string& name, const std::string& value) {
  std::string out(1, '\0');
  for (const std::string& text : {name, value}) {
    EXPECT_LT(text.size(), 127u);
    out.push_back(static_cast<char>(text.size()));
    out += text;
  }
  return out;
}

std::string block(const std::string& method) {
  return literal(":method", method) + literal(":scheme", "https") + literal(":path", "/p") +
         literal(":authority", "t.example");
}

const std::string kPreface = std::string(NGHTTP2_CLIENT_MAGIC) + frame(NGHTTP2_SETTINGS, 0, 0, "");

struct Seen {  // a frame that the codec sent
  uint8_t type;
  uint8_t flags;
  uint32_t id;
  std::string payload;
};

class CodecTest : public ::testing::Test, protected Http2Events {
 protected:
  CodecTest() : loop_(std::move(*EventLoop::create())) { open({}); }

  void open(const Http2Limits& limits) {
    requests_.clear();
    codec_ = Http2Codec::create(loop_.get(), limits, this);
    ASSERT_NE(codec_, nullptr);
    codec_->receive(kPreface);
    sent();
    codec_->receive(frame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, ""));
  }

  void onRequest(const std::shared_ptr<Http2Stream>& stream) override {
    requests_.push_back(stream);
  }
  void onFault(bool flood, const std::string& detail) override {
    faults_.emplace_back(flood, detail);
  }

  std::vector<Seen> sent() {
    std::string out;
    codec_->collect(&out, 1u << 24);
    std::vector<Seen> frames;
    for (size_t at = 0; at + 9 <= out.size();) {
      const auto byte = [&](size_t i) { return static_cast<uint32_t>(out[at + i]) & 0xff; };
      const size_t length = byte(0) << 16 | byte(1) << 8 | byte(2);
      frames.push_back({static_cast<uint8_t>(byte(3)), static_cast<uint8_t>(byte(4)),
                        byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8),
                        out.substr(at + 9, length)});
      at += 9 + length;
    }
    return frames;
  }
  // The code of the RST_STREAM or GOAWAY among them, -1 when there is none.
  static int codeOf(const std::vector<Seen>& frames, uint8_t type) {
    for (const Seen& seen : frames) {
      if (seen.type == type)
        return static_cast<uint8_t>(seen.payload[type == NGHTTP2_GOAWAY ? 7 : 3]);
    }
    return -1;
  }
  std::shared_ptr<Http2Stream> post(uint32_t id = 1, const std::string& fields = "") {
    codec_->receive(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, id, block("POST") + fields));
    return requests_.empty() ? nullptr : requests_.back();
  }

  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Http2Codec> codec_;
  std::vector<std::shared_ptr<Http2Stream>> requests_;
  std::vector<std::pair<bool, std::string>> faults_;
};

TEST_F(CodecTest, TellsOfARequestAndSendsItsResponse) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  ASSERT_EQ(requests_.size(), 1u);
  Http2Stream& stream = *requests_[0];
  EXPECT_FALSE(stream.refusal);
  EXPECT_TRUE(stream.inbound_end);
  EXPECT_EQ(stream.head.target, "/p");
  codec_->respond(stream, "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n", 0, true);
  stream.outbound = "hello";
  stream.outbound_end = true;
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].type, NGHTTP2_HEADERS);
  EXPECT_EQ(frames[1].payload, "hello");
  EXPECT_EQ(frames[1].flags, NGHTTP2_FLAG_END_STREAM);
  EXPECT_TRUE(stream.closed && stream.ended);
}

TEST_F(CodecTest, GivesWindowBackOnlyForWhatWasTaken) {
  const auto stream = post();
  std::string data;
  for (int i = 0; i < 20; ++i) data += frame(NGHTTP2_DATA, 0, 1, std::string(10000, 'x'));
  codec_->receive(data);
  EXPECT_EQ(stream->inbound.size(), 200000u);
  EXPECT_TRUE(sent().empty()) << "no window before the bytes are taken";
  codec_->consume(*stream, stream->inbound.size());
  stream->inbound.clear();
  size_t updates = 0;
  for (const Seen& seen : sent()) updates += seen.type == NGHTTP2_WINDOW_UPDATE ? 1 : 0;
  EXPECT_GE(updates, 1u);
}

TEST_F(CodecTest, APeerThatOverrunsItsWindowIsCutOff) {
  Http2Limits limits;
  limits.stream_window = 65535;
  open(limits);
  post();
  for (int i = 0; i < 8; ++i) codec_->receive(frame(NGHTTP2_DATA, 0, 1, std::string(16000, 'x')));
  EXPECT_EQ(codeOf(sent(), NGHTTP2_RST_STREAM), NGHTTP2_FLOW_CONTROL_ERROR);
}

TEST_F(CodecTest, ChecksTheLengthOfABody) {
  const auto longer = post(1, literal("content-length", "3"));
  codec_->receive(frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, "hello"));
  EXPECT_TRUE(longer->body_refusal);
  const auto shorter = post(3, literal("content-length", "50"));
  codec_->receive(frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 3, "hello"));
  EXPECT_TRUE(shorter->body_refusal);
  const auto right = post(5, literal("content-length", "5"));
  codec_->receive(frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 5, "hello"));
  EXPECT_FALSE(right->body_refusal);
}

TEST_F(CodecTest, AResponseToAMalformedRequestIsFollowedByAReset) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET") + literal("X-Upper", "v")));
  ASSERT_EQ(requests_.size(), 1u);
  ASSERT_TRUE(requests_[0]->refusal);
  codec_->respond(*requests_[0], "HTTP/1.1 400 Bad Request\r\n\r\n", 0, false);
  EXPECT_EQ(codeOf(sent(), NGHTTP2_RST_STREAM), NGHTTP2_PROTOCOL_ERROR);
}

TEST_F(CodecTest, AResponseThatNeedsNoMoreOfTheBodyEndsTheStream) {
  const auto stream = post();
  codec_->respond(*stream, "HTTP/1.1 413 Content Too Large\r\n\r\n", 0, false);
  EXPECT_EQ(codeOf(sent(), NGHTTP2_RST_STREAM), NGHTTP2_NO_ERROR);
  EXPECT_TRUE(stream->closed);
}

TEST_F(CodecTest, DropsTrailersAndRefusesBadOnes) {
  const auto good = post(1);
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, literal("x-t", "1")));
  EXPECT_TRUE(good->inbound_end && !good->body_refusal);
  EXPECT_EQ(good->head.fields.count("x-t"), 0u);
  const auto bad = post(3);
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 3, literal(":path", "/smuggled")));
  EXPECT_TRUE(bad->body_refusal);
  const auto open_end = post(5);
  codec_->receive(frame(NGHTTP2_HEADERS, 4, 5, literal("x-t", "1")));
  EXPECT_TRUE(open_end->body_refusal);
}

TEST_F(CodecTest, WaitsForMoreOfAResponse) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  Http2Stream& stream = *requests_[0];
  codec_->respond(stream, "HTTP/1.1 200 OK\r\n\r\n", 0, true);
  EXPECT_EQ(sent().size(), 1u);
  stream.outbound = "part";
  codec_->resume(stream);
  EXPECT_EQ(sent().back().payload, "part");
  EXPECT_TRUE(stream.outbound.empty());
  stream.outbound_end = true;
  codec_->resume(stream);
  EXPECT_EQ(sent().back().flags, NGHTTP2_FLAG_END_STREAM);
}

TEST_F(CodecTest, EndsFloods) {
  const std::string ping = frame(NGHTTP2_PING, 0, 0, "12345678");
  const std::string settings = frame(NGHTTP2_SETTINGS, 0, 0, "");
  const std::string priority = frame(NGHTTP2_PRIORITY, 0, 1, std::string("\0\0\0\0\1", 5));
  const std::string window = frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\0\0\0\1", 4));
  for (const std::string& each : {ping, settings, priority, window}) {
    open({});
    faults_.clear();
    bool more = true;
    for (int i = 0; i < 5000 && more; ++i) {
      more = codec_->receive(each);
      std::string out;
      if (i % 10 == 0) codec_->collect(&out, 1u << 20);
    }
    EXPECT_FALSE(more) << static_cast<int>(each[3]);
    ASSERT_EQ(faults_.size(), 1u) << static_cast<int>(each[3]);
    EXPECT_TRUE(faults_[0].first);
    EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_ENHANCE_YOUR_CALM);
  }
}

TEST_F(CodecTest, TakesAContinuationHoweverItIsCut) {
  const std::string head = block("GET");
  const std::string bytes = frame(NGHTTP2_HEADERS, 1, 1, head.substr(0, 20)) +
                            frame(NGHTTP2_CONTINUATION, 0, 1, head.substr(20, 10)) +
                            frame(NGHTTP2_CONTINUATION, 4, 1, head.substr(30));
  for (const char byte : bytes) EXPECT_TRUE(codec_->receive({&byte, 1}));
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_FALSE(requests_[0]->refusal);
}

TEST_F(CodecTest, EndsContinuationsThatDoNotEnd) {
  for (const std::string& piece : {std::string(), literal("x", std::string(100, 'a'))}) {
    open({});
    codec_->receive(frame(NGHTTP2_HEADERS, 1, 1, block("GET")));
    int count = 0;
    while (count < 100 && codec_->receive(frame(NGHTTP2_CONTINUATION, 0, 1, piece))) ++count;
    EXPECT_EQ(count, 32);
    EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_ENHANCE_YOUR_CALM);
  }
}

TEST_F(CodecTest, EndsEmptyDataAndProvokedResets) {
  post();
  bool more = true;
  for (int i = 0; i < 5000 && more; ++i) more = codec_->receive(frame(NGHTTP2_DATA, 0, 1, ""));
  EXPECT_FALSE(more);
  open({});
  const std::string overflow("\x7f\xff\xff\xff");
  uint32_t id = 1;
  for (more = true; id < 3000 && more; id += 2) {
    more = codec_->receive(frame(NGHTTP2_HEADERS, 5, id, block("GET")) +
                           frame(NGHTTP2_WINDOW_UPDATE, 0, id, overflow));
    sent();
  }
  EXPECT_LT(id, 500u);
}

TEST_F(CodecTest, EndsARapidReset) {
  uint32_t id = 1;
  bool ended = false;
  for (; id < 6000 && !ended; id += 2) {
    codec_->receive(frame(NGHTTP2_HEADERS, 5, id, block("GET")) +
                    frame(NGHTTP2_RST_STREAM, 0, id, std::string("\0\0\0\x08", 4)));
    ended = codeOf(sent(), NGHTTP2_GOAWAY) == NGHTTP2_ENHANCE_YOUR_CALM;
  }
  EXPECT_LT(id, 1200u);
  EXPECT_TRUE(requests_.front()->closed);
  EXPECT_EQ(faults_.size(), 1u);
}

TEST_F(CodecTest, AStreamThatWasClosedTakesNothing) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  codec_->respond(*requests_[0], "HTTP/1.1 200 OK\r\n\r\n", 0, false);
  sent();
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_STREAM_CLOSED);
  EXPECT_EQ(requests_.size(), 1u);
  open({});
  codec_->receive(frame(NGHTTP2_PRIORITY, 0, 0, std::string("\0\0\0\0\1", 5)));
  EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_PROTOCOL_ERROR);
}

TEST_F(CodecTest, StreamsAreOpenedInTheOrderOfTheirNumbers) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 5, block("GET")));
  EXPECT_TRUE(codec_->receive(frame(NGHTTP2_HEADERS, 5, 7, block("GET"))));
  EXPECT_FALSE(codec_->receive(frame(NGHTTP2_HEADERS, 5, 3, block("GET"))));
  EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_PROTOCOL_ERROR);
  EXPECT_EQ(requests_.size(), 2u);
}

TEST_F(CodecTest, BrokenFramesAreToldOnce) {
  codec_->receive(frame(NGHTTP2_SETTINGS, 0, 0, "12345"));
  EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_FRAME_SIZE_ERROR);
  EXPECT_TRUE(codec_->done());
  ASSERT_EQ(faults_.size(), 1u);
  EXPECT_FALSE(faults_[0].first);
}

TEST_F(CodecTest, ShutsDownAfterWhatIsUnderWay) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  codec_->announceShutdown();
  EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_NO_ERROR);
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 3, block("GET")));
  EXPECT_EQ(requests_.size(), 2u) << "what was on its way is still taken";
  codec_->shutdown();
  sent();
  EXPECT_FALSE(codec_->done());
  for (const auto& stream : requests_)
    codec_->respond(*stream, "HTTP/1.1 200 OK\r\n\r\n", 0, false);
  sent();
  EXPECT_TRUE(codec_->done());
}

// RFC 9113, 6.8: it is about streams that we would open, never about those that the client opened.
TEST_F(CodecTest, AClientsGoawayEndsNothingThatItAskedFor) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  const auto upload = post(3);
  EXPECT_TRUE(codec_->receive(frame(NGHTTP2_GOAWAY, 0, 0, std::string(8, '\0'))));
  EXPECT_TRUE(codec_->receive(frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 3, "body")));
  ASSERT_EQ(requests_.size(), 2u);
  EXPECT_EQ(upload->inbound, "body");
  EXPECT_TRUE(upload->inbound_end && !upload->closed);
  EXPECT_FALSE(codec_->done());
  for (const auto& stream : requests_) {
    codec_->respond(*stream, "HTTP/1.1 200 OK\r\n\r\n", 0, true);
    stream->outbound = "answer";
    stream->outbound_end = true;
  }
  const auto frames = sent();
  size_t answers = 0;
  for (const Seen& seen : frames) answers += seen.payload == "answer" ? 1 : 0;
  EXPECT_EQ(answers, 2u);
  EXPECT_TRUE(codec_->done());
  ASSERT_EQ(frames.back().type, NGHTTP2_GOAWAY) << "the client learns what was served";
  EXPECT_EQ(frames.back().payload, std::string("\0\0\0\3\0\0\0\0", 8));
  EXPECT_TRUE(faults_.empty());
}

// What follows the end is not taken, whether it came with the GOAWAY or a moment after.
TEST_F(CodecTest, AGoawayWithNothingUnderWayIsTheEndHoweverItIsCut) {
  const std::string away = frame(NGHTTP2_GOAWAY, 0, 0, std::string(8, '\0'));
  const std::string request = frame(NGHTTP2_HEADERS, 5, 3, block("GET"));
  const std::string taken_back = frame(NGHTTP2_HEADERS, 5, 1, block("GET")) + away +
                                 frame(NGHTTP2_RST_STREAM, 0, 1, std::string("\0\0\0\x08", 4));
  for (const std::string& start : {away, taken_back}) {
    for (const size_t step : {1u, 7u, 1000u}) {
      open({});
      std::string_view bytes;
      const std::string whole = start + request;
      for (bytes = whole; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
        codec_->receive(bytes.substr(0, step));
      }
      EXPECT_EQ(requests_.size(), start == away ? 0u : 1u) << step;
      const auto frames = sent();
      ASSERT_EQ(codeOf(frames, NGHTTP2_GOAWAY), NGHTTP2_NO_ERROR) << step;
      EXPECT_EQ(frames.back().payload[3], start == away ? 0 : 1) << step;
      EXPECT_TRUE(codec_->done());
    }
  }
}

TEST_F(CodecTest, TrailersFollowTheBody) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  Http2Stream& stream = *requests_.at(0);
  codec_->respond(stream, "HTTP/1.1 200 OK\r\n\r\n", 0, true);
  stream.outbound = "hello";
  stream.trailers = {{"Grpc-Status", "0"}, {"Set-Cookie", "a=b"}};
  stream.outbound_end = true;
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[1].payload, "hello");
  EXPECT_EQ(frames[1].flags, 0);
  EXPECT_EQ(frames[2].type, NGHTTP2_HEADERS);
  EXPECT_EQ(frames[2].flags, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM);
  EXPECT_TRUE(stream.closed && stream.ended);
}

TEST_F(CodecTest, ARequestsTrailersAreKeptButForThoseOfTheHead) {
  const auto stream = post();
  codec_->receive(frame(NGHTTP2_DATA, 0, 1, "body"));
  codec_->receive(
      frame(NGHTTP2_HEADERS, 5, 1, literal("x-sum", "42") + literal("x-forwarded-for", "6.6.6.6")));
  EXPECT_TRUE(stream->inbound_end);
  EXPECT_FALSE(stream->body_refusal);
  EXPECT_EQ(stream->inbound_trailers, (Trailers{{"x-sum", "42"}}));
}

TEST_F(CodecTest, ASurplusOfStreamsIsToldOnceAndRefused) {
  Http2Limits limits;
  limits.streams = 2;
  codec_ = Http2Codec::create(loop_.get(), limits, this);
  codec_->receive(kPreface);  // our SETTINGS are not acknowledged
  for (uint32_t id = 1; id < 20; id += 2) {
    codec_->receive(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, id, block("POST")));
  }
  EXPECT_EQ(requests_.size(), 2u);
  ASSERT_EQ(faults_.size(), 1u);
  EXPECT_TRUE(faults_[0].first);
  size_t refused = 0;
  for (const Seen& seen : sent()) {
    if (seen.type == NGHTTP2_RST_STREAM) refused += seen.payload[3] == NGHTTP2_REFUSED_STREAM;
  }
  EXPECT_EQ(refused, 8u);
}

TEST_F(CodecTest, ASurplusOfStreamsAgainstBetterKnowledgeIsAFloodOnce) {
  Http2Limits limits;
  limits.streams = 2;
  open(limits);
  for (uint32_t id = 1; id < 20; id += 2) {
    codec_->receive(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, id, block("POST")));
  }
  EXPECT_EQ(requests_.size(), 2u);
  ASSERT_EQ(faults_.size(), 1u);
  EXPECT_TRUE(faults_[0].first) << faults_[0].second;
  EXPECT_EQ(codeOf(sent(), NGHTTP2_GOAWAY), NGHTTP2_PROTOCOL_ERROR);
}

TEST_F(CodecTest, GathersNoMoreThanItsLimitAndAFrame) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  Http2Stream& stream = *requests_.at(0);
  const std::string body(60'000, 'x');
  codec_->respond(stream, "HTTP/1.1 200 OK\r\n\r\n", 0, true);
  stream.outbound = body;
  stream.outbound_end = true;
  size_t data = 0;
  while (!stream.ended) {
    std::string out;
    ASSERT_TRUE(codec_->collect(&out, 20'000));
    ASSERT_LE(out.size(), 20'000u + 9 + 16'384);
    ASSERT_FALSE(out.empty());
    data += out.size();
  }
  EXPECT_GT(data, body.size());
}

TEST_F(CodecTest, AStreamThatIsGivenUpWhileItsFrameWaitsSendsNoneOfIt) {
  codec_->receive(frame(NGHTTP2_HEADERS, 5, 1, block("GET")));
  Http2Stream& stream = *requests_.at(0);
  codec_->respond(stream, "HTTP/1.1 200 OK\r\n\r\n", 0, true);
  const std::string body(60'000, 'x');
  stream.outbound = body;
  std::string out;
  codec_->collect(&out, 17'000);  // a frame is prepared, and does not fit
  codec_->reset(stream, NGHTTP2_CANCEL);
  const auto frames = sent();
  EXPECT_EQ(codeOf(frames, NGHTTP2_RST_STREAM), NGHTTP2_CANCEL);
  for (const Seen& seen : frames) EXPECT_NE(seen.type, NGHTTP2_DATA);
}

}  // namespace
}  // namespace gateway
