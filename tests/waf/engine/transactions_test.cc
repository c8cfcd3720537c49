// The 155 whole transactions of the conformance folder: rules, a request, and the status or the
// refusal to load.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/waf/support/seclang_rows.h"
#include "tests/waf/support/transaction_rows.h"

namespace waf {
namespace {

using nlohmann::json;

// The ids of tests/conformance/transactions-expected.yaml: these must be refused at load.
std::set<std::string> refusedTransactions() {
  std::set<std::string> ids;
  std::ifstream file(SOURCE_DIR "/tests/conformance/transactions-expected.yaml");
  constexpr std::string_view kEntry = "- id: ";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kEntry)) ids.insert(line.substr(kEntry.size()));
  }
  return ids;
}

TEST(TransactionConformanceTest, TransactionsEndWithTheExpectedStatus) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "the conformance folder is absent: the transactions did not run\n";
    return;
  }
  std::ifstream file(*shared + "/conformance/seclang/transactions.json");
  const json tests = json::parse(file);
  const std::set<std::string> refused = refusedTransactions();
  EXPECT_FALSE(refused.empty());
  EXPECT_LE(refused.size(), 12u);
  for (const json& row : tests) {
    const std::string id = row["id"];
    const std::string problem = test::runTransactionRow(row);
    if (refused.count(id) > 0) {
      EXPECT_TRUE(problem.starts_with(test::kRefused)) << id << " must be refused: " << problem;
    } else {
      EXPECT_EQ(problem, "") << id << ": " << row["title"];
    }
  }
}

}  // namespace
}  // namespace waf
