// Whole transactions of our own, written from ModSecurity's reference manuals: one behaviour a row.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/waf/support/transaction_rows.h"

namespace waf {
namespace {

using nlohmann::json;

TEST(SeclangTransactionsTest, EndAsTheManualsSay) {
  std::ifstream file(SOURCE_DIR "/tests/waf/seclang/vectors/transactions.json");
  ASSERT_TRUE(file);
  const json rows = json::parse(file);
  EXPECT_GE(rows.size(), 60u);
  for (const json& row : rows) {
    EXPECT_EQ(test::runTransactionRow(row), "") << row["id"];
  }
}

}  // namespace
}  // namespace waf
