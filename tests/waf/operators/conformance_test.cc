#include <gtest/gtest.h>

#include <iostream>

#include "tests/waf/support/seclang_rows.h"
#include "waf/operators/operator.h"

namespace waf {
namespace {

using test::SeclangRow;

OperatorEnvironment environmentIn(const std::string& folder) {
  OperatorEnvironment environment;
  environment.read_file = [folder](std::string_view path) -> Result<std::string> {
    // The rows name their files as the original tree has them.
    constexpr std::string_view kOrigin = "test-cases/secrules-language-tests/operators/";
    if (path.starts_with(kOrigin)) path.remove_prefix(kOrigin.size());
    return test::readFile(folder + "/" + std::string(path));
  };
  return environment;
}

void checkRow(const SeclangRow& row, const OperatorEnvironment& environment) {
  SCOPED_TRACE(row.name + " \"" + test::printable(row.param) + "\" on \"" +
               test::printable(row.input) + "\"");
  const auto created = createOperator(row.name, row.param, false, environment);
  if (!created) {
    // What ModSecurity takes and never matches may be refused here, with a reason.
    EXPECT_FALSE(row.ret) << created.error().message;
    EXPECT_NE(created.error().message, "");
    return;
  }
  OperatorMatch match;
  EXPECT_EQ((*created)->evaluate(row.input, "", match), row.ret);
  EXPECT_FALSE(match.limit_exceeded);
  EXPECT_LE(match.offset + match.length, row.input.size());
  if (!row.has_groups) return;
  // Of @rxGlobal the rows tell the groups of the first match, or of all.
  ASSERT_GE(match.capture_count, row.groups.size());
  const std::vector<std::string> captured(
      match.captures.begin(),
      match.captures.begin() + static_cast<std::ptrdiff_t>(row.groups.size()));
  EXPECT_EQ(captured, row.groups);
}

void checkRows(const std::string& folder, size_t* count) {
  const OperatorEnvironment environment = environmentIn(folder);
  for (const std::string& file : test::jsonFilesIn(folder)) {
    for (const SeclangRow& row : test::readSeclangRows(folder + "/" + file)) {
      checkRow(row, environment);
      ++*count;
    }
  }
}

TEST(OperatorConformanceTest, HoldsOnTheSharedTables) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "shared conformance data is absent: this suite did not run\n";
    return;
  }
  size_t count = 0;
  checkRows(*shared + "/conformance/seclang/operators", &count);
  EXPECT_EQ(count, 3955U);
}

TEST(OperatorConformanceTest, HoldsOnOurOwnTables) {
  size_t count = 0;
  checkRows(SOURCE_DIR "/tests/waf/operators/vectors", &count);
  EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace waf
