#include "gateway/websocket/message_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gateway {
namespace {

std::string frame(int first, const std::string& payload, const std::string& key = "abcd") {
  std::string out(1, static_cast<char>(first));
  const size_t size = payload.size();
  if (size < 126) {
    out.push_back(static_cast<char>(0x80 | size));
  } else if (size < 65536) {
    out.push_back(static_cast<char>(0x80 | 126));
    out.push_back(static_cast<char>(size >> 8));
    out.push_back(static_cast<char>(size & 0xff));
  } else {
    out.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<char>((size >> shift) & 0xff));
    }
  }
  out += key;
  for (size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(payload[i] ^ key[i % 4]));
  return out;
}

constexpr int kFin = 0x80;

struct Taken {
  std::vector<std::string> texts;
  std::string forwarded;
  std::string refused;
  int code = 0;
};

// All of it, `step` bytes at a time; each message is let through.
Taken take(const std::string& bytes, size_t step = SIZE_MAX, size_t most = 100000) {
  MessageReader reader(most);
  Taken out;
  for (size_t at = 0; at < bytes.size();) {
    std::string_view in = std::string_view(bytes).substr(at, step);
    at += in.size();
    for (;;) {
      const MessageReader::Status status = reader.next(&in, &out.forwarded);
      if (status == MessageReader::Status::NeedMore) break;
      if (status == MessageReader::Status::Refused) {
        out.refused = reader.reason();
        out.code = static_cast<int>(reader.closeCode());
        return out;
      }
      out.texts.push_back(reader.text());
      reader.release(&out.forwarded);
    }
  }
  return out;
}

TEST(MessageReaderTest, TakesMessagesHoweverTheBytesCome) {
  const std::string bytes = frame(kFin | 1, "hello") + frame(1, "in ") + frame(0, "three ") +
                            frame(kFin | 0, "pieces") + frame(kFin | 2, std::string(300, '\xff')) +
                            frame(kFin | 1, std::string(70000, 'x')) + frame(kFin | 1, "");
  for (const size_t step : {size_t{1}, size_t{7}, SIZE_MAX}) {
    const Taken taken = take(bytes, step);
    EXPECT_EQ(taken.refused, "");
    EXPECT_EQ(taken.texts,
              (std::vector<std::string>{"hello", "in three pieces", std::string(70000, 'x'), ""}));
    EXPECT_EQ(taken.forwarded, bytes);
  }
}

TEST(MessageReaderTest, KeepsATextBackUntilItIsWholeAndLetsControlFramesPass) {
  MessageReader reader(1000);
  const std::string first = frame(1, "ev");
  const std::string ping = frame(kFin | 9, "ping");
  const std::string last = frame(kFin | 0, "il");
  std::string forwarded;
  std::string_view in = first;
  EXPECT_EQ(reader.next(&in, &forwarded), MessageReader::Status::NeedMore);
  in = ping;
  EXPECT_EQ(reader.next(&in, &forwarded), MessageReader::Status::NeedMore);
  EXPECT_EQ(forwarded, ping);
  in = last;
  EXPECT_EQ(reader.next(&in, &forwarded), MessageReader::Status::Message);
  EXPECT_EQ(reader.text(), "evil");
  EXPECT_EQ(forwarded, ping);
}

TEST(MessageReaderTest, RefusesWhatBreaksTheProtocol) {
  const std::string unmasked = std::string(1, static_cast<char>(kFin | 1)) + "\x05hello";
  std::string long_form = frame(kFin | 1, "hello");
  long_form[1] = static_cast<char>(0x80 | 126);
  long_form.insert(2, std::string("\0\x05", 2));
  for (const std::string& bad :
       {unmasked, long_form, frame(kFin | 0, "no start"), frame(1, "a") + frame(1, "b"),
        frame(kFin | 0x40 | 1, "deflated"), frame(kFin | 3, "unknown"), frame(kFin | 11, "unknown"),
        frame(9, "ping in pieces"), frame(kFin | 9, std::string(126, 'x')),
        frame(kFin | 2, "x") + frame(kFin | 0, "behind the end")}) {
    const Taken taken = take(bad);
    EXPECT_EQ(taken.code, 1002) << taken.refused;
    EXPECT_NE(taken.refused, "");
  }
  EXPECT_EQ(take(frame(kFin | 1, "\xc3\x28")).code, 1007);
  EXPECT_EQ(take(frame(1, "12345") + frame(kFin | 0, "67890x"), SIZE_MAX, 10).code, 1009);
  EXPECT_EQ(take(frame(1, "12345") + frame(kFin | 0, "67890"), SIZE_MAX, 10).code, 0);
}

TEST(FrameTrackerTest, FindsTheEndOfAFrame) {
  // Of a server: not masked.
  const std::string one = std::string("\x81\x05", 2) + "hello";
  const std::string large = std::string("\x82\x7e\x01\x00", 4) + std::string(256, 'x');
  FrameTracker tracker;
  EXPECT_TRUE(tracker.atBoundary());
  EXPECT_EQ(tracker.toBoundary(one), 0u);
  tracker.take(one + large.substr(0, 3));
  EXPECT_FALSE(tracker.atBoundary());
  EXPECT_EQ(tracker.toBoundary(large.substr(3) + one), large.size() - 3);
  tracker.take(large.substr(3, 10));
  EXPECT_EQ(tracker.toBoundary(large.substr(13, 20)), 20u);
  tracker.take(large.substr(13));
  EXPECT_TRUE(tracker.atBoundary());
  tracker.take(std::string("\x8a\x00", 2));
  EXPECT_TRUE(tracker.atBoundary());
}

TEST(CloseFrameTest, SaysTheCode) {
  EXPECT_EQ(closeFrame(CloseCode::Policy, false), std::string("\x88\x02\x03\xf0"));
  EXPECT_EQ(closeFrame(CloseCode::Policy, true), std::string("\x88\x82\0\0\0\0\x03\xf0", 8));
}

}  // namespace
}  // namespace gateway
