#include <gtest/gtest.h>

#include "gateway/cache/http_date.h"
#include "gateway/cache/response_cache.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
using Outcome = ResponseCache::Outcome;

const waf::MonotonicTime kStart = waf::MonotonicTime{} + 1h;
const waf::WallTime kWall{std::chrono::seconds(784111777)};  // Sun, 06 Nov 1994 08:49:37 GMT
const ExchangeTimes kTimes{kStart, kStart, kWall};

std::shared_ptr<StoredResponse> plan(const Fields& response, const Fields& request = {},
                                     int status = 200) {
  auto stored = planStore(request, status, response, kTimes);
  if (stored) stored->body = std::make_shared<const std::string>("body");
  return stored;
}

TEST(HttpDateTest, ReadsAllThreeForms) {
  EXPECT_EQ(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parseHttpDate("Sun Nov  6 08:49:37 1994"), 784111777);
}

TEST(HttpDateTest, RefusesWhatIsNoDate) {
  for (const std::string_view text :
       {"", "0", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"}) {
    EXPECT_EQ(parseHttpDate(text), std::nullopt) << text;
  }
}

TEST(HttpDateTest, PrintsTheFixedForm) {
  EXPECT_EQ(formatHttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(CacheControlTest, ReadsDirectivesInAnyCaseAcrossLines) {
  const Fields fields{{"Cache-Control", "Public, MAX-AGE=60"},
                      {"cache-control", "s-maxage=\"30\", no-cache"}};
  const CacheControl control = CacheControl::parse(fields);
  EXPECT_EQ(control.max_age, 60s);
  EXPECT_EQ(control.s_maxage, 30s);
  EXPECT_TRUE(control.no_cache);
  EXPECT_FALSE(control.no_store);
}

TEST(CacheControlTest, ABrokenAgeIsStale) {
  EXPECT_EQ(CacheControl::parse(Fields{{"cache-control", "max-age=soon"}}).max_age, 0s);
  EXPECT_EQ(CacheControl::parse(Fields{{"cache-control", "max-age=60, max-age=5"}}).max_age, 5s);
}

TEST(CacheControlTest, ACommaInsideQuotesSeparatesNothing) {
  const CacheControl control =
      CacheControl::parse(Fields{{"cache-control", "private=\"a, no-store\""}});
  EXPECT_TRUE(control.is_private);
  EXPECT_FALSE(control.no_store);
}

TEST(PlanStoreTest, StoresWhatIsExplicitlyFresh) {
  EXPECT_NE(plan({{"Cache-Control", "max-age=60"}}), nullptr);
  EXPECT_NE(plan({{"Cache-Control", "s-maxage=60, max-age=0"}}), nullptr);
  EXPECT_NE(plan({{"Expires", "Sun, 06 Nov 1994 09:49:37 GMT"}}), nullptr);
}

TEST(PlanStoreTest, StoresNothingThatIsNotMeantToBe) {
  EXPECT_EQ(plan({}), nullptr);
  EXPECT_EQ(plan({{"ETag", "\"a\""}}), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "no-store, max-age=60"}}), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "private, max-age=60"}}), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "max-age=60"}, {"Set-Cookie", "a=b"}}), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "max-age=60"}, {"Vary", "*"}}), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "max-age=60"}}, {}, 206), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "max-age=60"}}, {}, 500), nullptr);
  EXPECT_EQ(plan({{"Cache-Control", "max-age=60"}, {"Age", "90"}}), nullptr);
}

TEST(PlanStoreTest, KeepsNoCacheOnlyWithAValidator) {
  EXPECT_EQ(plan({{"Cache-Control", "no-cache, max-age=60"}}), nullptr);
  EXPECT_NE(plan({{"Cache-Control", "no-cache"}, {"ETag", "\"a\""}}), nullptr);
}

TEST(MayUseCacheTest, LeavesOutCredentialsRangesAndOtherMethods) {
  EXPECT_TRUE(mayUseCache("GET", Fields{{"Cookie", "a=b"}}));
  EXPECT_TRUE(mayUseCache("HEAD", {}));
  EXPECT_FALSE(mayUseCache("POST", {}));
  EXPECT_FALSE(mayUseCache("GET", Fields{{"Authorization", "Basic x"}}));
  EXPECT_FALSE(mayUseCache("GET", Fields{{"Range", "bytes=0-1"}}));
  EXPECT_FALSE(mayUseCache("GET", Fields{{"Cache-Control", "no-store"}}));
}

struct ResponseCacheTest : testing::Test {
  ResponseCache cache{{.enabled = true, .limit_bytes = 1 << 20, .object_limit_bytes = 1 << 18}};
  Outcome find(const std::string& key, const Fields& request = {},
               std::chrono::seconds later = 0s) {
    return cache.find(key, request, kStart + later).outcome;
  }
};

TEST_F(ResponseCacheTest, ServesUntilTheAgeIsReached) {
  EXPECT_TRUE(cache.store("k", plan({{"Cache-Control", "max-age=60"}, {"Age", "10"}})));
  EXPECT_EQ(find("k", {}, 49s), Outcome::Fresh);
  EXPECT_EQ(find("k", {}, 50s), Outcome::Stale);
  EXPECT_EQ(find("other"), Outcome::Miss);
}

TEST_F(ResponseCacheTest, HonoursTheRequestsOwnDirectives) {
  cache.store("k", plan({{"Cache-Control", "max-age=60"}}));
  EXPECT_EQ(find("k", {{"Cache-Control", "no-cache"}}), Outcome::Stale);
  EXPECT_EQ(find("k", {{"Pragma", "no-cache"}}), Outcome::Stale);
  EXPECT_EQ(find("k", {{"Cache-Control", "max-age=5"}}, 6s), Outcome::Stale);
  EXPECT_EQ(find("k", {{"Cache-Control", "min-fresh=30"}}, 31s), Outcome::Stale);
}

TEST_F(ResponseCacheTest, KeepsVariantsApart) {
  cache.store("k", plan({{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Language"}},
                        {{"accept-language", "de"}}));
  EXPECT_EQ(find("k", {{"Accept-Language", "de"}}), Outcome::Fresh);
  EXPECT_EQ(find("k", {{"Accept-Language", "fr"}}), Outcome::VaryMiss);
  EXPECT_EQ(find("k"), Outcome::VaryMiss);
}

TEST_F(ResponseCacheTest, PutsTheLeastRecentlyUsedOutFirst) {
  const auto big = [] {
    auto stored = planStore({}, 200, Fields{{"Cache-Control", "max-age=60"}}, kTimes);
    stored->body = std::make_shared<const std::string>(200'000, 'x');
    return stored;
  };
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(cache.store("k" + std::to_string(i), big()));
  EXPECT_EQ(find("k0"), Outcome::Fresh);
  EXPECT_TRUE(cache.store("k5", big()));
  EXPECT_EQ(find("k0"), Outcome::Fresh);
  EXPECT_EQ(find("k1"), Outcome::Miss);
  EXPECT_LE(cache.statistics().bytes, 1u << 20);
}

TEST_F(ResponseCacheTest, RefusesAnObjectOverTheLimit) {
  auto stored = planStore({}, 200, Fields{{"Cache-Control", "max-age=60"}}, kTimes);
  stored->body = std::make_shared<const std::string>((1 << 18) + 1, 'x');
  EXPECT_FALSE(cache.store("k", stored));
}

TEST_F(ResponseCacheTest, ReplacesTheSameVariant) {
  cache.store("k", plan({{"Cache-Control", "max-age=60"}}));
  cache.store("k", plan({{"Cache-Control", "max-age=60"}}));
  EXPECT_EQ(cache.statistics().entries, 1u);
}

TEST_F(ResponseCacheTest, BoundsTheVariantsOfOneKey) {
  for (int i = 0; i < 100; ++i) {
    const std::string value = std::to_string(i);
    cache.store("k", plan({{"Cache-Control", "max-age=60"}, {"Vary", "X"}}, {{"X", value}}));
  }
  EXPECT_EQ(cache.statistics().entries, 16u);
}

TEST_F(ResponseCacheTest, PurgeAndInvalidateForget) {
  cache.store("a", plan({{"Cache-Control", "max-age=60"}}));
  cache.store("b", plan({{"Cache-Control", "max-age=60"}}));
  cache.invalidate("a");
  EXPECT_EQ(find("a"), Outcome::Miss);
  EXPECT_EQ(find("b"), Outcome::Fresh);
  cache.purge();
  EXPECT_EQ(find("b"), Outcome::Miss);
  EXPECT_EQ(cache.statistics().bytes, 0u);
}

TEST(FreshenTest, TakesTheNewLifetimeAndKeepsTheBody) {
  const auto stored =
      plan({{"Cache-Control", "max-age=1"}, {"ETag", "\"a\""}, {"Content-Length", "4"}});
  const ExchangeTimes later{kStart + 100s, kStart + 100s, kWall + 100s};
  const Fields not_modified{
      {"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}, {"Content-Length", "0"}};
  const auto renewed = freshen(*stored, {}, not_modified, later);
  ASSERT_NE(renewed, nullptr);
  EXPECT_EQ(renewed->body, stored->body);
  EXPECT_EQ(renewed->lifetime, 60s);
  EXPECT_EQ(renewed->age(kStart + 110s), 10s);
  for (const auto& [name, value] : renewed->fields) {
    if (name == "Content-Length") {
      EXPECT_EQ(value, "4");
    }
  }
}

TEST(ClientHasItTest, ComparesTagsWeaklyAndDatesOtherwise) {
  const auto stored = plan({{"Cache-Control", "max-age=60"},
                            {"ETag", "W/\"a\""},
                            {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}});
  EXPECT_TRUE(clientHasIt(Fields{{"If-None-Match", "\"x\", \"a\""}}, *stored));
  EXPECT_TRUE(clientHasIt(Fields{{"If-None-Match", "*"}}, *stored));
  EXPECT_FALSE(clientHasIt(Fields{{"If-None-Match", "\"b\""}}, *stored));
  EXPECT_TRUE(clientHasIt(Fields{{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}, *stored));
  EXPECT_FALSE(
      clientHasIt(Fields{{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}, *stored));
  EXPECT_FALSE(clientHasIt({}, *stored));
}

}  // namespace
}  // namespace gateway
