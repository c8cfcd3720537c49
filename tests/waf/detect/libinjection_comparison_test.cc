// Compares the detectors with libinjection, as libmodsecurity.so.3 exports it, over the distinct
// values of the recorded corpus, of the CRS's own tests, and of both with mutations. The product
// never links that library; where it or the values are absent, nothing is compared.
//
// Where the verdicts differ:
//
//   1 or 1==1                  found here only: "==" is one operator in SQLite
//   ' and email ilike email--  found here only: ILIKE is PostgreSQL's
//   lo_import('/etc')          found here only: a function that libinjection does not know
//   json_extract('{}','$.a');  found here only, likewise
//   gzip, protobuf             found there only: random bytes that fold to a shape of SQL
//
// The rest are mutated values whose shapes are too rare to be worth a pattern.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/waf/support/crs_patterns.h"
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

  // The values of both sets that the reference flags, and as many that it does not, each changed a
  // little in ways that attackers change them.
  std::set<std::string> mutated(const Verdict& reference) const {
    std::vector<std::string> flagged;
    std::vector<std::string> clean;
    for (const auto* values : {&crs_, &corpus_}) {
      for (const std::string& value : *values) {
        if (value.size() < 300) (reference(value) ? flagged : clean).push_back(value);
      }
    }
    std::set<std::string> out;
    if (flagged.empty() || clean.empty()) return out;
    std::mt19937 random(1);
    for (size_t i = 0; i < 20000; ++i) {
      const auto& source = i % 2 == 0 ? flagged : clean;
      out.insert(mutate(source[random() % source.size()], &random));
    }
    return out;
  }

  static std::string mutate(std::string value, std::mt19937* random) {
    constexpr const char* kBlanks[] = {"/**/", "\t", "  ", "\n", "/*x*/"};
    constexpr const char* kPieces[] = {"'", "\"", "--", "#", ";", " or ", "(", ")", "1", "@v", "`"};
    const auto pick = [random](size_t count) { return (*random)() % count; };
    std::string blanked;
    switch (pick(4)) {
      case 0:
        for (char& c : value) c = pick(2) == 0 ? static_cast<char>(std::toupper(c)) : c;
        return value;
      case 1:
        for (const char c : value) {
          if (c == ' ') {
            blanked += kBlanks[pick(std::size(kBlanks))];
          } else {
            blanked.push_back(c);
          }
        }
        return blanked;
      case 2:
        return value.insert(pick(value.size() + 1), kPieces[pick(std::size(kPieces))]);
      default:
        return value.substr(pick(value.size() + 1) / 2);
    }
  }

  static void compare(const char* name, const std::set<std::string>& values, double least_found,
                      double most_extra, const Verdict& reference, const Verdict& own) {
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
    std::printf("%s: %zu values, %.2f %% of %zu found, %.3f %% extra\n", name, values.size(),
                found_share, found + missed, extra_share);
    EXPECT_GE(found_share, least_found) << name;
    EXPECT_LE(extra_share, most_extra) << name;
  }

  void compareAll(const std::string& detector, const Verdict& reference, const Verdict& own) const {
    compare((detector + ", corpus").c_str(), corpus_, 98.0, 0.1, reference, own);
    compare((detector + ", CRS tests").c_str(), crs_, 98.0, 0.1, reference, own);
    compare((detector + ", mutated").c_str(), mutated(reference), 98.0, 0.1, reference, own);
  }

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
