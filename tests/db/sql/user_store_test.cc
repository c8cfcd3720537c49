#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/store/store.h"
#include "tests/db/support/each_database.h"

namespace db {
namespace {

using testing::HasSubstr;
using waf::ErrorCode;

constexpr const char* kPassword = "correct horse battery";

class UserStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    store_ = openStore();
    ASSERT_TRUE(store_);
    ASSERT_TRUE(users().add("ann", "admin", kPassword, true));
  }
  UserStore& users() { return store_->users(); }

  std::unique_ptr<Store> store_;
};
INSTANTIATE_ON_EACH_DATABASE(UserStoreTest);

TEST_P(UserStoreTest, TheRightPasswordLogsIn) {
  const auto user = users().authenticate("ann", kPassword);
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->role, "admin");
  EXPECT_TRUE(user->must_change_password);
  EXPECT_EQ(users().list()->at(0).last_login, clock_.wall());
}

TEST_P(UserStoreTest, AWrongPasswordAndAnUnknownNameSayTheSame) {
  const auto wrong = users().authenticate("ann", "nope");
  const auto unknown = users().authenticate("bob", kPassword);
  EXPECT_EQ(wrong.error().code, ErrorCode::Denied);
  EXPECT_EQ(wrong.error().message, unknown.error().message);
  EXPECT_FALSE(users().authenticate("", kPassword));
}

TEST_P(UserStoreTest, TenFailuresLockForAWhile) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(users().authenticate("ann", "nope"));
  const auto locked = users().authenticate("ann", kPassword);
  ASSERT_FALSE(locked);
  EXPECT_THAT(locked.error().message, HasSubstr("locked until"));
  clock_.advance(std::chrono::minutes(16));
  EXPECT_TRUE(users().authenticate("ann", kPassword));
}

TEST_P(UserStoreTest, UnlockingLetsInAtOnce) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(users().authenticate("ann", "nope"));
  EXPECT_TRUE(users().list()->at(0).locked_until.has_value());
  ASSERT_TRUE(users().unlock("ann"));
  EXPECT_TRUE(users().authenticate("ann", kPassword));
}

TEST_P(UserStoreTest, ANewPasswordReplacesTheOld) {
  ASSERT_TRUE(users().setPassword("ann", "another long one", false));
  EXPECT_FALSE(users().authenticate("ann", kPassword));
  EXPECT_FALSE(users().authenticate("ann", "another long one")->must_change_password);
}

TEST_P(UserStoreTest, ADisabledUserStaysOut) {
  ASSERT_TRUE(users().add("bob", "viewer", kPassword, false));
  ASSERT_TRUE(users().setDisabled("bob", true));
  EXPECT_THAT(users().authenticate("bob", kPassword).error().message, HasSubstr("disabled"));
}

TEST_P(UserStoreTest, TheLastAdministratorCannotBeDisabled) {
  EXPECT_EQ(users().setDisabled("ann", true).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(users().add("eve", "admin", kPassword, false));
  EXPECT_TRUE(users().setDisabled("ann", true));
}

TEST_P(UserStoreTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(users().add("ann", "admin", kPassword, false).error().code, ErrorCode::Conflict);
  EXPECT_EQ(users().add("bob", "root", kPassword, false).error().code, ErrorCode::Invalid);
  EXPECT_EQ(users().add("bob", "viewer", "short", false).error().code, ErrorCode::Invalid);
  EXPECT_EQ(users().add("b b", "viewer", kPassword, false).error().code, ErrorCode::Invalid);
  EXPECT_EQ(users().setPassword("bob", kPassword, false).error().code, ErrorCode::NotFound);
  EXPECT_EQ(users().setDisabled("bob", true).error().code, ErrorCode::NotFound);
  EXPECT_EQ(users().unlock("bob").error().code, ErrorCode::NotFound);
}

TEST_P(UserStoreTest, NamesAreListedInTheOrderOfTheirBytes) {
  ASSERT_TRUE(users().add("Zoe", "viewer", kPassword, false));
  ASSERT_TRUE(users().add("bob", "viewer", kPassword, false));
  std::vector<std::string> names;
  const auto listed = users().list();
  ASSERT_TRUE(listed) << listed.error().message;
  for (const User& user : *listed) names.push_back(user.name);
  EXPECT_THAT(names, testing::ElementsAre("Zoe", "ann", "bob"));
}

// What a login brings is anything; a database that takes no such text must not make it an error of
// another kind, and one that stops at a NUL must not find "ann".
TEST_P(UserStoreTest, AnyBytesForANameAreOnlyAWrongName) {
  using namespace std::string_literals;
  for (const std::string& name : {"ann\0x"s, "ann\0"s, "\xff\xfe"s, "ann' OR '1'='1"s}) {
    EXPECT_EQ(users().authenticate(name, kPassword).error().code, ErrorCode::Denied);
    EXPECT_EQ(users().setPassword(name, kPassword, false).error().code, ErrorCode::NotFound);
    EXPECT_EQ(users().unlock(name).error().code, ErrorCode::NotFound);
  }
}

}  // namespace
}  // namespace db
