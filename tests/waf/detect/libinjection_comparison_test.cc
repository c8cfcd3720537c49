// Compares the detectors with libinjection, as libmodsecurity.so.3 exports it, over the distinct
// values of the recorded corpus, of the CRS's own tests, and of both changed lightly and heavily
// under several seeds. The product never links that library; where it or the values are absent,
// nothing is compared.
//
// Where the verdicts differ, and why it is left so:
//
//   found here only
//   1 or 1==1, if "%a%"=="" (…  "==" is SQLite's (and a command file's)
//   ' and email ilike email--   ILIKE is PostgreSQL's
//   lo_import('/etc')           a function of PostgreSQL's
//   json_extract('{}','$.a');   a function of MySQL's and SQLite's
//   0' |/*!| 2=(select 1)       an executed comment hides the rest
//   " union all( select         the beginning of a query; that its end is missing is chance
//   " having 1count(a)          a number ends where it ends
//   case when a then b          CASE by itself is an expression
//   <img onerr\0or=…>           browsers drop the NUL
//
//   found there only
//   if "%a%"=="" (set b=c)      a command file's IF, no SQL
//   function(n){n.key===e&&…}   script, no SQL
//   (a){n.b===c&&d(e)           likewise
//   select sle;ep(10,'a')       a function's name that was broken by the mutation
//   gzip, protobuf              random bytes that fold to a shape of SQL
//   <a href="jav.ascript:…">    an address that no browser runs
//
// The rest are mutated values whose shapes are too rare to be worth a pattern.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/waf/support/crs_patterns.h"
#include "tests/waf/support/mutated_values.h"
#include "tests/waf/support/recorded_requests.h"
#include "waf/detect/detect_sqli.h"
#include "waf/detect/detect_xss.h"

namespace waf {
namespace {

struct LibraryClose {
  void operator()(void* handle) const { dlclose(handle); }
};

class LibinjectionComparisonTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string shared = sharedFolder(SOURCE_DIR, "the comparison with libinjection");
    if (shared.empty()) return;
    library_.reset(dlopen("libmodsecurity.so.3", RTLD_NOW | RTLD_LOCAL));
    if (!library_) {
      std::printf(
          "libmodsecurity.so.3 is not installed: the comparison with libinjection did not run\n");
      return;
    }
    for (const RecordedRequest& request :
         loadRecordedRequests(shared + "/corpus/requests.tar.gz")) {
      for (std::string& value : valuesOf(request)) corpus_.insert(std::move(value));
    }
    for (std::string& value : test::requestValuesIn(shared + "/conformance/crs/tests")) {
      crs_.insert(std::move(value));
    }
  }

  using Verdict = std::function<bool(const std::string&)>;

  // The bar is the same for every row: of what the reference flags at least kLeastFound percent are
  // found, of what it does not at most kMostExtra.
  static void compare(const std::string& row, const std::set<std::string>& values,
                      const Verdict& reference, const Verdict& own) {
    size_t found = 0;
    size_t missed = 0;
    size_t extra = 0;
    for (const std::string& value : values) {
      const bool expected = reference(value);
      const bool actual = own(value);
      found += expected && actual;
      missed += expected && !actual;
      extra += !expected && actual;
    }
    const double found_share =
        100.0 * static_cast<double>(found) / static_cast<double>(found + missed);
    const double extra_share =
        100.0 * static_cast<double>(extra) / static_cast<double>(values.size() - found - missed);
    std::printf("%s: %zu values, %.2f %% of %zu found, %.3f %% extra\n", row.c_str(), values.size(),
                found_share, found + missed, extra_share);
    EXPECT_GE(found_share, kLeastFound) << row;
    EXPECT_LE(extra_share, kMostExtra) << row;
  }

  void compareAll(const std::string& detector, const Verdict& reference, const Verdict& own) const {
    compare(detector + ", corpus", corpus_, reference, own);
    compare(detector + ", CRS tests", crs_, reference, own);
    std::vector<std::string> flagged;
    std::vector<std::string> clean;
    for (const auto* values : {&crs_, &corpus_}) {
      for (const std::string& value : *values) {
        if (value.size() < 300) (reference(value) ? flagged : clean).push_back(value);
      }
    }
    for (const uint32_t seed : kSeeds) {
      const std::string tail = " mutated, seed " + std::to_string(seed);
      compare(detector + "," + tail,
              test::mutatedValues(flagged, clean, test::Mutation::Light, seed, 10000), reference,
              own);
      compare(detector + ", heavily" + tail,
              test::mutatedValues(flagged, clean, test::Mutation::Heavy, seed, 30000), reference,
              own);
    }
  }

  static constexpr double kLeastFound = 98.0;
  static constexpr double kMostExtra = 0.1;
  static constexpr uint32_t kSeeds[] = {1, 2, 3, 4, 5};

  std::unique_ptr<void, LibraryClose> library_;
  std::set<std::string> corpus_;
  std::set<std::string> crs_;
};

TEST_F(LibinjectionComparisonTest, SqliVerdictsAgree) {
  if (corpus_.empty()) return;
  using Function = int (*)(const char*, size_t, char*);
  const auto reference = reinterpret_cast<Function>(dlsym(library_.get(), "libinjection_sqli"));
  ASSERT_NE(reference, nullptr);
  compareAll(
      "sqli",
      [&](const std::string& value) {
        char fingerprint[8];
        return reference(value.data(), value.size(), fingerprint) != 0;
      },
      [](const std::string& value) { return detectSqli(value, nullptr); });
}

TEST_F(LibinjectionComparisonTest, XssVerdictsAgree) {
  if (corpus_.empty()) return;
  using Function = int (*)(const char*, size_t);
  const auto reference = reinterpret_cast<Function>(dlsym(library_.get(), "libinjection_xss"));
  ASSERT_NE(reference, nullptr);
  compareAll(
      "xss", [&](const std::string& value) { return reference(value.data(), value.size()) != 0; },
      [](const std::string& value) { return detectXss(value); });
}

}  // namespace
}  // namespace waf
