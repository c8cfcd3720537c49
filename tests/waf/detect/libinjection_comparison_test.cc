// Compares the detectors with libinjection, as libmodsecurity.so.3 exports it, over the distinct
// values of the recorded corpus, of the CRS's own tests, and of both with mutations. The product
// never links that library; where it or the values are absent, nothing is compared.
//
// Where the verdicts differ, and why it is left so:
//
//   found here only
//   1 or 1==1, ''%='            "==" is SQLite's; "+=" and "%=" are SQL Server's
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

  // Several random changes each, most of which break the value: what is asked is that both readings
  // break in the same places.
  std::set<std::string> mutatedHeavily(const Verdict& reference) const {
    std::vector<std::string> flagged;
    std::vector<std::string> clean;
    for (const auto* values : {&crs_, &corpus_}) {
      for (const std::string& value : *values) {
        if (value.size() < 300) (reference(value) ? flagged : clean).push_back(value);
      }
    }
    std::set<std::string> out;
    if (flagged.empty() || clean.empty()) return out;
    std::mt19937 random(2);
    for (size_t i = 0; i < 60000; ++i) {
      const auto& source = i % 2 == 0 ? flagged : clean;
      std::string value = source[random() % source.size()];
      for (size_t change = 1 + random() % 3; change > 0; --change) changeOnce(&value, &random);
      out.insert(std::move(value));
    }
    return out;
  }

  static void changeOnce(std::string* value, std::mt19937* random) {
    constexpr const char* kPieces[] = {
        "'",   "\"",    "--",      "#",  ";",  " or ", "(",  ")",      "1",     "@v",
        "`",   " and ", " union ", "=",  "/*", "*/",   "\\", "{",      "}",     ",",
        ".",   "<",     ">",       "||", "&&", "%",    "+",  "null",   "\x0b",  "-- -",
        "/*!", "0x1",   "1e1",     "$$", "[",  "]",    "N'", " case ", " in (", " sleep(1)"};
    constexpr std::string_view kBytes = "'\"()-#;/* @,.=<>\\`1a";
    const auto pick = [random](size_t count) { return (*random)() % count; };
    const size_t at = pick(value->size() + 1);
    switch (pick(4)) {
      case 0:
        value->insert(at, kPieces[pick(std::size(kPieces))]);
        break;
      case 1:
        value->erase(std::min(at, value->size()), 1 + pick(3));
        break;
      case 2:
        if (at < value->size()) (*value)[at] = kBytes[pick(kBytes.size())];
        break;
      default:
        value->append(value->substr(at, pick(12)));
    }
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
    compare((detector + ", corpus").c_str(), corpus_, 99.0, 0.1, reference, own);
    compare((detector + ", CRS tests").c_str(), crs_, 99.0, 0.1, reference, own);
    compare((detector + ", mutated").c_str(), mutated(reference), 99.0, 0.1, reference, own);
    // Not the same kind of set: here a change more or less turns a verdict on both sides.
    compare((detector + ", heavily mutated").c_str(), mutatedHeavily(reference), 98.5, 0.15,
            reference, own);
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
