#include <gtest/gtest.h>

#include <fstream>

#include "db/secrets/base64.h"
#include "db/secrets/password.h"
#include "db/secrets/secret_box.h"
#include "tests/db/support/temporary_folder.h"
#include "waf/base/text.h"

namespace db {
namespace {

using waf::ErrorCode;

TEST(SecretBoxTest, OpensWhatItSealed) {
  const TemporaryFolder folder;
  const auto box = SecretBox::open(folder.path(), true);
  ASSERT_TRUE(box) << box.error().message;
  const auto sealed = box->seal("secret", "certificate:a");
  ASSERT_TRUE(sealed);
  const auto again = SecretBox::open(folder.path(), false);
  EXPECT_EQ(*again->unseal(*sealed, "certificate:a"), "secret");
  EXPECT_NE(*box->seal("secret", "certificate:a"), *sealed);
}

TEST(SecretBoxTest, ASecretDoesNotOpenInAnothersPlace) {
  const TemporaryFolder folder;
  const auto box = SecretBox::open(folder.path(), true);
  EXPECT_FALSE(box->unseal(*box->seal("secret", "certificate:a"), "certificate:b"));
}

TEST(SecretBoxTest, AChangedSecretDoesNotOpen) {
  const TemporaryFolder folder;
  const auto box = SecretBox::open(folder.path(), true);
  std::string raw = *base64Decode(*box->seal("secret", "c"));
  for (size_t i = 0; i < raw.size(); ++i) {
    std::string changed = raw;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(box->unseal(waf::base64Encode(changed), "c")) << i;
  }
  EXPECT_FALSE(box->unseal("", "c"));
  EXPECT_FALSE(box->unseal("not base64", "c"));
}

TEST(SecretBoxTest, AMissingOrDamagedKeyFileIsSaid) {
  const TemporaryFolder folder;
  EXPECT_EQ(SecretBox::open(folder.path(), false).error().code, ErrorCode::NotFound);
  std::ofstream(folder / "secret.key") << "short";
  EXPECT_EQ(SecretBox::open(folder.path(), true).error().code, ErrorCode::Corrupt);
}

TEST(PasswordTest, ChecksWhatItHashed) {
  const auto hash = hashPassword("correct horse");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(checkPassword("correct horse", *hash));
  EXPECT_FALSE(checkPassword("correct horsf", *hash));
  EXPECT_NE(*hashPassword("correct horse"), *hash);
}

TEST(PasswordTest, ATextThatIsNoHashMatchesNothing) {
  for (const char* stored : {"", "scrypt$32768$8$1$", "scrypt$32768$8$1$$", "plain"}) {
    EXPECT_FALSE(checkPassword("", stored)) << stored;
  }
}

TEST(Base64DecodeTest, IsTheInverseOfEncoding) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(base64Decode(waf::base64Encode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i));
  }
}

TEST(Base64DecodeTest, RefusesWhatIsNotBase64) {
  for (const char* text : {"A", "AB=", "A===", "=AAA", "AA=A", "AAA\n", "AA A"}) {
    EXPECT_FALSE(base64Decode(text)) << text;
  }
}

}  // namespace
}  // namespace db
