// Actions beyond the ordinary: what they hide, store, count down and log.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/persistent_collections.h"

namespace waf {
namespace {

const std::string kOn = "SecRuleEngine On\nSecRequestBodyAccess On\n";

TestRequest get(const std::string& uri) {
  TestRequest request;
  request.uri = uri;
  return request;
}

TestRequest post(const std::string& body) {
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "a"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = body;
  return request;
}

class CollectionsTest : public ::testing::Test {
 protected:
  void SetUp() override { PersistentCollections::process().clear(); }
  void TearDown() override { PersistentCollections::process().clear(); }

  bool interrupted(const std::string& rules, const std::string& uri = "/") {
    return runRequest(loadRules(kOn + rules), get(uri), {}, nullptr, clock_).interrupted;
  }
  ManualClock clock_{WallTime(std::chrono::hours(24 * 20000))};
};

const std::string kIp = "SecAction \"id:1,phase:1,nolog,pass,initcol:ip=%{REMOTE_ADDR}\"\n";

TEST_F(CollectionsTest, DeprecateVarCountsDownWithTimeAndEndsAtZero) {
  const std::string set = kIp + "SecAction \"id:2,phase:1,nolog,pass,setvar:ip.n=100\"\n";
  const auto down = [](const std::string& value) {
    return kIp + "SecAction \"id:3,phase:1,nolog,pass,deprecatevar:ip.n=60/300\"\n" +
           "SecRule IP:n \"@eq " + value + "\" \"id:4,phase:1,deny\"";
  };
  interrupted(set);
  clock_.advance(std::chrono::seconds(299));
  EXPECT_TRUE(interrupted(down("100")));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(interrupted(down("40")));
  clock_.advance(std::chrono::seconds(100));
  EXPECT_TRUE(interrupted(down("40")));
  clock_.advance(std::chrono::seconds(500));
  EXPECT_TRUE(interrupted(down("0")));
}

TEST_F(CollectionsTest, ARecordKnowsWhenItWasMadeAndHowOftenItChanged) {
  const std::string count = "SecAction \"id:2,phase:1,nolog,pass,setvar:ip.n=+1\"\n";
  EXPECT_TRUE(interrupted(kIp + count + "SecRule IP:IS_NEW \"@eq 1\" \"id:3,phase:1,deny\""));
  EXPECT_TRUE(interrupted(kIp + count + "SecRule IP:is_new \"@eq 0\" \"id:3,phase:1,deny\""));
  EXPECT_TRUE(interrupted(kIp + "SecRule IP:UPDATE_COUNTER \"@eq 2\" \"id:3,phase:1,deny\""));
  EXPECT_TRUE(interrupted(kIp + "SecRule IP:KEY \"@streq 192.0.2.1\" \"id:3,phase:1,deny\""));
  EXPECT_TRUE(interrupted(kIp + "SecRule IP:TIMEOUT \"@eq 3600\" \"id:3,phase:1,deny\""));
  EXPECT_TRUE(interrupted(kIp + "SecRule IP:CREATE_TIME \"@eq 1728000000\" \"id:3,phase:1,deny\""));
  EXPECT_TRUE(interrupted(kIp + "SecRule &IP \"@eq 1\" \"id:3,phase:1,deny\""));
}

TEST_F(CollectionsTest, TimeoutMayBeSet) {
  interrupted(kIp + "SecAction \"id:2,phase:1,nolog,pass,setvar:ip.timeout=10,setvar:ip.n=1\"");
  const std::string asks = kIp + "SecRule &IP:n \"@eq 1\" \"id:3,phase:1,deny\"";
  clock_.advance(std::chrono::seconds(9));
  EXPECT_TRUE(interrupted(asks));
  clock_.advance(std::chrono::seconds(2));
  EXPECT_FALSE(interrupted(asks));
}

TEST_F(CollectionsTest, CollectionTimeoutIsTheSets) {
  const std::string timeout = "SecCollectionTimeout 60\n";
  interrupted(timeout + kIp + "SecAction \"id:2,phase:1,nolog,pass,setvar:ip.n=1\"");
  clock_.advance(std::chrono::seconds(61));
  EXPECT_FALSE(interrupted(timeout + kIp + "SecRule &IP:n \"@eq 1\" \"id:3,phase:1,deny\""));
}

TEST_F(CollectionsTest, AreStartedOnceInATransaction) {
  EXPECT_TRUE(interrupted(kIp + "SecAction \"id:2,phase:1,nolog,pass,initcol:ip=other\"\n"
                                "SecRule IP:KEY \"@streq 192.0.2.1\" \"id:3,phase:1,deny\""));
}

TEST_F(CollectionsTest, OfTwoApplicationsAreApart) {
  interrupted("SecWebAppId a\n" + kIp + "SecAction \"id:2,phase:1,nolog,pass,setvar:ip.n=1\"");
  const std::string asks = kIp + "SecRule &IP:n \"@eq 1\" \"id:3,phase:1,deny\"";
  EXPECT_FALSE(interrupted("SecWebAppId b\n" + asks));
  EXPECT_TRUE(interrupted("SecWebAppId a\n" + asks));
}

TEST_F(CollectionsTest, StayWithinTheirBytes) {
  auto& store = PersistentCollections::process();
  const std::string value(PersistentCollections::kMaxValueBytes * 2, 'x');
  const size_t records = PersistentCollections::kMaxBytes / PersistentCollections::kMaxValueBytes;
  for (size_t i = 0; i < records + 1000; ++i) {
    store.set("k" + std::to_string(i), "v", value, clock_.wall(), std::chrono::seconds(60));
  }
  EXPECT_LE(store.bytes(), PersistentCollections::kMaxBytes + value.size());
  EXPECT_TRUE(store.read("k0", clock_.wall()).empty());
  EXPECT_EQ(store.read("k" + std::to_string(records + 999), clock_.wall())[0].second.size(),
            PersistentCollections::kMaxValueBytes);
}

TEST(ActionsTest, SanitiseMatchedBytesHidesWhatMatched) {
  const auto outcome = runRequest(
      loadRules(kOn + "SecRule ARGS \"@rx \\d{16}\" \"id:1,phase:2,pass,capture,logdata:'%{TX.0}',"
                      "sanitiseMatchedBytes:1/4\""),
      get("/?card=no:4111111111111111."));
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].value, "no:4***********1111.");
  EXPECT_EQ(outcome.rules[0].data, "4***********1111");
}

TEST(ActionsTest, SanitisedArgumentsAreHiddenInTheUriAndTheBody) {
  const auto rules = loadRules(kOn + "SecAction \"id:1,phase:2,nolog,pass,sanitiseArg:pass word\"");
  Transaction transaction(rules, Policy{});
  transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
  const std::string uri = "/?a=1&pass%20word=secret&b=2";
  transaction.requestLine("POST", uri, "HTTP/1.1");
  transaction.addRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  transaction.requestHeaders();
  transaction.appendRequestBody("x=1&pass+word=hidden&y=2");
  transaction.requestBody();
  transaction.logging();
  EXPECT_EQ(transaction.shownUri(uri), "/?a=1&pass%20word=******&b=2");
  EXPECT_EQ(transaction.bodyExcerpt(), "x=1&pass+word=******&y=2");
}

TEST(ActionsTest, SanitiseMatchedHidesByTheNameThatMatched) {
  const auto outcome =
      runRequest(loadRules(kOn + "SecRule ARGS_NAMES \"@contains pass\" "
                                 "\"id:1,phase:2,nolog,pass,sanitiseMatched\"\n"
                                 "SecRule ARGS:password \"@rx .\" \"id:2,phase:2,pass,msg:'is "
                                 "%{MATCHED_VAR}'\""),
                 get("/?password=secret"));
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].value, "******");
  EXPECT_EQ(outcome.rules[0].message, "is ******");
}

TEST(ActionsTest, AuditEngineDecidesForWhatIsNotRefused) {
  const std::string match = "SecRule ARGS:a \"@rx .\" \"id:2,phase:2,pass\"\n";
  const auto control = [](const std::string& mode) {
    return "SecAction \"id:1,phase:1,nolog,pass,ctl:auditEngine=" + mode + "\"\n";
  };
  EXPECT_FALSE(runRequest(loadRules(kOn + control("Off") + match), get("/?a=1")).relevant);
  EXPECT_TRUE(runRequest(loadRules(kOn + control("RelevantOnly") + match), get("/?a=1")).relevant);
  EXPECT_TRUE(runRequest(loadRules(kOn + control("On")), get("/")).relevant);
  EXPECT_TRUE(runRequest(loadRules(kOn + control("Off") + "SecAction \"id:2,phase:2,nolog,deny\""),
                         get("/"))
                  .relevant);
}

TEST(ActionsTest, AuditLogPartsHideTheHeadersAndTheBody) {
  const auto shown = [](const std::string& parts) {
    const auto rules =
        loadRules(kOn + "SecAction \"id:1,phase:1,nolog,pass,ctl:auditLogParts=" + parts + "\"");
    Transaction transaction(rules, Policy{});
    transaction.requestLine("POST", "/", "HTTP/1.1");
    transaction.requestHeaders();
    transaction.appendRequestBody("body");
    transaction.requestBody();
    transaction.logging();
    return std::make_pair(!transaction.isSanitisedRequestHeader("Host"), transaction.bodyExcerpt());
  };
  EXPECT_EQ(shown("+E"), std::make_pair(true, std::string("body")));
  EXPECT_EQ(shown("-C"), std::make_pair(true, std::string()));
  EXPECT_EQ(shown("-B"), std::make_pair(false, std::string("body")));
  EXPECT_EQ(shown("ABHZ"), std::make_pair(true, std::string()));
}

TEST(ActionsTest, CookiesOfFormatOneMayBeQuoted) {
  TestRequest request;
  request.headers = {{"Cookie", "$Version=\"1\"; a=\"x;y\\\"z\"; $Path=\"/\", b=2 ; c"}};
  const auto matches = [&](const std::string& name, const std::string& value) {
    return runRequest(loadRules(kOn + "SecCookieFormat 1\nSecRule REQUEST_COOKIES:" + name +
                                " \"@streq " + value + "\" \"id:1,phase:1,deny\""),
                      request)
        .interrupted;
  };
  EXPECT_TRUE(matches("a", "x;y\\\"z"));
  EXPECT_TRUE(matches("b", "2"));
  EXPECT_TRUE(runRequest(loadRules(kOn + "SecCookieFormat 1\nSecRule &REQUEST_COOKIES \"@eq 3\" "
                                         "\"id:1,phase:1,deny\""),
                         request)
                  .interrupted);
}

TEST(ActionsTest, CookiesMaySeparateOtherwise) {
  TestRequest request;
  request.headers = {{"Cookie", "a=1, b=2"}};
  EXPECT_TRUE(
      runRequest(loadRules(kOn + "SecCookieV0Separator ,\nSecRule REQUEST_COOKIES:b \"@eq 2\" "
                                 "\"id:1,phase:1,deny\""),
                 request)
          .interrupted);
}

TEST(ActionsTest, UploadsHaveNamesWhereTheyAreKept) {
  TestRequest request = post(
      "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n"
      "\r\nx\r\n--b--\r\n");
  request.headers = {{"Host", "a"}, {"Content-Type", "multipart/form-data; boundary=b"}};
  const std::string rule =
      "SecRule FILES_TMPNAMES:f \"@beginsWith /srv/up/\" \"id:1,phase:2,deny\"";
  EXPECT_TRUE(
      runRequest(loadRules(kOn + "SecUploadDir /srv/up\nSecUploadKeepFiles On\n" + rule), request)
          .interrupted);
  EXPECT_FALSE(runRequest(loadRules(kOn + rule), request).interrupted);
}

}  // namespace
}  // namespace waf
