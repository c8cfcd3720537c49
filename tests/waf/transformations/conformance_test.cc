#include <gtest/gtest.h>

#include <iostream>

#include "tests/waf/support/seclang_rows.h"
#include "waf/transformations/transformation.h"

namespace waf {
namespace {

using test::SeclangRow;

std::string nameOf(const SeclangRow& row) { return row.name == "cmd_line" ? "cmdLine" : row.name; }

void checkRows(const std::string& folder, size_t* count) {
  for (const std::string& file : test::jsonFilesIn(folder)) {
    for (const SeclangRow& row : test::readSeclangRows(folder + "/" + file)) {
      const Transformation* transformation = findTransformation(nameOf(row));
      ASSERT_NE(transformation, nullptr) << row.name;
      std::string out;
      const bool changed = transformation->apply(row.input, out);
      const std::string result = changed ? out : row.input;
      EXPECT_EQ(test::printable(result), test::printable(row.output))
          << file << ": " << test::printable(row.input);
      EXPECT_EQ(changed, result != row.input) << file << ": " << test::printable(row.input);
      EXPECT_TRUE(transformation->mayChange(row.input) || !changed)
          << file << ": " << test::printable(row.input);
      ++*count;
    }
  }
}

TEST(TransformationConformanceTest, HoldsOnTheSharedTables) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "shared conformance data is absent: this suite did not run\n";
    return;
  }
  size_t count = 0;
  checkRows(*shared + "/conformance/seclang/transformations", &count);
  EXPECT_EQ(count, 376U);
}

TEST(TransformationConformanceTest, HoldsOnOurOwnTables) {
  size_t count = 0;
  checkRows(SOURCE_DIR "/tests/waf/transformations/vectors", &count);
  EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace waf
