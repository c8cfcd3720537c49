#include "gateway/http1/head_scanner.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/http1/byte_class.h"

namespace gateway {
namespace {

using Status = HeadScanner::Status;

std::string headWith(size_t before, char byte, size_t after) {
  std::string head = "GET / HTTP/1.1\r\nX: ";
  head.append(before, 'a').push_back(byte);
  head.append(after, 'z');
  return head + "\r\n\r\n";
}

// Eight bytes are looked at together: each byte, at each place of such a word, with a word behind
// it and without.
TEST(HeadScannerTest, EveryByteAtEveryPlace) {
  for (size_t before = 0; before < 18; ++before) {
    for (const size_t after : {0, 3, 8, 21}) {
      for (int value = 0; value < 256; ++value) {
        const std::string head = headWith(before, static_cast<char>(value), after);
        HeadScanner scanner;
        const Status status = scanner.scan(head);
        SCOPED_TRACE(std::to_string(value) + " after " + std::to_string(before));
        if (value == '\n') {
          EXPECT_EQ(status, Status::BareLineFeed);
        } else if (value == '\r') {
          EXPECT_EQ(status, Status::BareCarriageReturn);
        } else if ((value < 0x20 && value != '\t') || value == 0x7f) {
          EXPECT_EQ(status, Status::ControlByte);
        } else {
          ASSERT_EQ(status, Status::Complete);
          EXPECT_EQ(scanner.headBytes(), head.size());
          EXPECT_EQ(scanner.lines(), 2u);
        }
      }
    }
  }
}

TEST(HeadScannerTest, TheSameHoweverTheHeadIsCut) {
  const std::string head =
      "GET /some/where?a=b HTTP/1.1\r\nHost: example\r\nX: \xff\tvalue\r\n\r\n";
  for (size_t cut = 0; cut < head.size(); ++cut) {
    HeadScanner scanner;
    EXPECT_EQ(scanner.scan(std::string_view(head).substr(0, cut)), Status::NeedMore) << cut;
    EXPECT_EQ(scanner.scan(head), Status::Complete) << cut;
    EXPECT_EQ(scanner.headBytes(), head.size()) << cut;
    EXPECT_EQ(scanner.firstLineBytes(), 30u) << cut;
  }
}

TEST(FirstControlTest, FindsEachControlByteWhereverItStands) {
  for (size_t at = 0; at < 40; ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string text(40, '~');
      text[at] = static_cast<char>(value);
      const bool control = value < 0x20 || value == 0x7f;
      EXPECT_EQ(firstControl(text), control ? at : 40u) << value << " at " << at;
      EXPECT_EQ(firstControl(text.substr(0, at)), at) << value;
      EXPECT_EQ(internal::firstControlFrom(text, 0), control ? at : 40u) << value << " at " << at;
      EXPECT_EQ(internal::firstControlFrom(text.substr(0, at), 0), at) << value;
    }
  }
}

}  // namespace
}  // namespace gateway
