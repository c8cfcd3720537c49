// Compares the detectors with libinjection, as libmodsecurity.so.3 exports it, over the distinct
// values of the recorded corpus. The product never links that library; where it or the corpus is
// absent, nothing is compared.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <set>
#include <string>

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
      for (std::string& value : valuesOf(request)) values_.insert(std::move(value));
    }
  }

  template <typename Reference, typename Own>
  void compare(const char* name, double least_found, double most_extra, Reference reference,
               Own own) {
    size_t found = 0;
    size_t missed = 0;
    size_t extra = 0;
    for (const std::string& value : values_) {
      const bool expected = reference(value);
      const bool actual = own(value);
      found += expected && actual;
      missed += expected && !actual;
      extra += !expected && actual;
    }
    const double found_share =
        100.0 * static_cast<double>(found) / static_cast<double>(found + missed);
    const double extra_share =
        100.0 * static_cast<double>(extra) / static_cast<double>(values_.size() - found - missed);
    std::printf("%s: %zu values, %.2f %% of %zu found, %.3f %% extra\n", name, values_.size(),
                found_share, found + missed, extra_share);
    EXPECT_GE(found_share, least_found);
    EXPECT_LE(extra_share, most_extra);
  }

  std::unique_ptr<void, LibraryClose> library_;
  std::set<std::string> values_;
};

TEST_F(LibinjectionComparisonTest, SqliVerdictsAgree) {
  if (values_.empty()) return;
  using Function = int (*)(const char*, size_t, char*);
  const auto reference = reinterpret_cast<Function>(dlsym(library_.get(), "libinjection_sqli"));
  ASSERT_NE(reference, nullptr);
  compare(
      "sqli", 90.0, 0.1,
      [&](const std::string& value) {
        char fingerprint[8];
        return reference(value.data(), value.size(), fingerprint) != 0;
      },
      [](const std::string& value) { return detectSqli(value, nullptr); });
}

TEST_F(LibinjectionComparisonTest, XssVerdictsAgree) {
  if (values_.empty()) return;
  using Function = int (*)(const char*, size_t);
  const auto reference = reinterpret_cast<Function>(dlsym(library_.get(), "libinjection_xss"));
  ASSERT_NE(reference, nullptr);
  compare(
      "xss", 98.0, 0.1,
      [&](const std::string& value) { return reference(value.data(), value.size()) != 0; },
      [](const std::string& value) { return detectXss(value); });
}

}  // namespace
}  // namespace waf
