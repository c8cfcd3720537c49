#include "gateway/tls/ticket_keys.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using std::chrono::seconds;
using Found = TicketKeys::Found;

struct TicketKeysTest : ::testing::Test {
  waf::ManualClock clock;
  TicketKeys keys{clock, seconds(3600)};
  TicketKeys::Key key;
  TicketKeys::Key found;
};

TEST_F(TicketKeysTest, OneKeySealsForTheWholeSpan) {
  ASSERT_TRUE(keys.current(&key));
  clock.advance(seconds(3599));
  TicketKeys::Key later;
  ASSERT_TRUE(keys.current(&later));
  EXPECT_EQ(later.name, key.name);
  EXPECT_EQ(keys.find(key.name.data(), &found), Found::Current);
  EXPECT_EQ(found.cipher, key.cipher);
}

TEST_F(TicketKeysTest, AfterTheSpanAnotherSealsAndTheOldOneStillOpens) {
  ASSERT_TRUE(keys.current(&key));
  clock.advance(seconds(3600));
  TicketKeys::Key fresh;
  ASSERT_TRUE(keys.current(&fresh));
  EXPECT_NE(fresh.name, key.name);
  EXPECT_NE(fresh.cipher, key.cipher);
  EXPECT_EQ(keys.find(fresh.name.data(), &found), Found::Current);
  EXPECT_EQ(keys.find(key.name.data(), &found), Found::Older);
  EXPECT_EQ(found.cipher, key.cipher);
}

TEST_F(TicketKeysTest, AKeyIsForgottenAfterThreeSpans) {
  ASSERT_TRUE(keys.current(&key));
  clock.advance(seconds(3 * 3600 - 1));
  // Also when nobody sealed anything meanwhile.
  EXPECT_EQ(keys.find(key.name.data(), &found), Found::Older);
  clock.advance(seconds(1));
  EXPECT_EQ(keys.find(key.name.data(), &found), Found::Unknown);
}

TEST_F(TicketKeysTest, AShorterRotationIsInForceAtOnce) {
  ASSERT_TRUE(keys.current(&key));
  clock.advance(seconds(60));
  keys.setRotation(seconds(60));
  TicketKeys::Key fresh;
  ASSERT_TRUE(keys.current(&fresh));
  EXPECT_NE(fresh.name, key.name);
}

TEST_F(TicketKeysTest, AnUnknownNameOpensNothing) {
  const unsigned char name[16] = {};
  EXPECT_EQ(keys.find(name, &found), Found::Unknown);
}

}  // namespace
}  // namespace gateway
