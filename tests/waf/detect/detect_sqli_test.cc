#include "waf/detect/detect_sqli.h"

#include <gtest/gtest.h>

#include <string>

#include "waf/detect/sql_fold.h"

namespace waf {
namespace {

using namespace std::string_view_literals;

std::string fingerprintOf(std::string_view value) {
  std::string fingerprint;
  return detectSqli(value, &fingerprint) ? fingerprint : "";
}

TEST(DetectSqliTest, FindsConditionsInEveryQuoteContext) {
  for (const char* value : {"1 or 1=1", "1' or '1'='1", "1\" or \"1\"=\"1", "' or 1=1--",
                            "') or ('a'='a", "1) or (1=1", "1/**/or/**/1=1", "x' and sleep(5)#",
                            "1 and 1=(select count(*) from t)", "'||'1", "' or 1 like 1"}) {
    EXPECT_TRUE(detectSqli(value, nullptr)) << value;
  }
}

TEST(DetectSqliTest, FindsUnionsStatementsAndComments) {
  for (const char* value :
       {"1 union select 1,2", "' UNION ALL SELECT NULL,NULL--", "x') union(select 1)",
        "1; drop table x", "';exec xp_cmdshell('dir')", "admin'--", "1--", "x'/*",
        "1 /*!50000union*/ select 1", "select a,b from c where d=1", "SELECT sleep(5)",
        "benchmark(1,md5(1))", "ascii(substring(version() from 1 for 1))", "1 order by 5",
        "' group by x having 1=1--"}) {
    EXPECT_TRUE(detectSqli(value, nullptr)) << value;
  }
}

TEST(DetectSqliTest, LeavesProseAlone) {
  for (const char* value : {"",
                            "this is not isqli",
                            "O'Reilly",
                            "rock'n'roll",
                            "salt and pepper",
                            "1 and 2",
                            "sex and 17",
                            "it's 5 or 6",
                            "\"quoted\" and \"more\"",
                            "select your seat",
                            "drop me a line",
                            "union of workers",
                            "a--b",
                            "C# and F#",
                            "foo(1)",
                            "2023-10-01 12:30",
                            "1,2,3",
                            "it is your parents' and yours",
                            "-1",
                            "#1",
                            "AT&T",
                            "he said 'yes'",
                            "{\"a\":\"b\"}",
                            "https://example.com/?a=1&b=2",
                            "or 1=1"}) {
    EXPECT_EQ(fingerprintOf(value), "") << value;
  }
}

TEST(DetectSqliTest, TheFingerprintTellsTheShape) {
  EXPECT_EQ(fingerprintOf("1' or '1'='1"), "s&sos");
  EXPECT_EQ(fingerprintOf("1 union select 1"), "1UE1");
  EXPECT_EQ(fingerprintOf("admin'--"), "sc");
}

TEST(DetectSqliTest, SurvivesAnyBytes) {
  unsigned state = 12345;
  for (int round = 0; round < 20000; ++round) {
    std::string value;
    for (int i = 0; i < 24; ++i) {
      state = state * 1103515245u + 12345u;
      constexpr std::string_view kBytes = "'\"`\\/*-#;()[]{}$@.,=<>!|&0xe1aU \0\n\xff"sv;
      value.push_back(kBytes[(state >> 16) % kBytes.size()]);
    }
    detectSqli(value, nullptr);
  }
}

TEST(DetectSqliTest, ALongValueCostsNoMoreThanTheTokensOfAnHonestOne) {
  for (const char* piece : {"1,", "(", "'", "/*", "[", "$$", "1 or ", "a+", "--\n", "select "}) {
    std::string value;
    while (value.size() < (1u << 20)) value += piece;
    detectSqli(value, nullptr);
    EXPECT_LE(foldSql(value, '\0', SqlDialect::Ansi).raw_tokens, 131072u) << piece;
  }
}

TEST(DetectSqliTest, PaddingHidesNothingInABodyOfTheRecommendedSize) {
  std::string value = "1";
  while (value.size() < 131000) value += "+1";
  EXPECT_FALSE(detectSqli(value, nullptr));
  EXPECT_TRUE(detectSqli(value + " union select a,b from c", nullptr));
}

TEST(DetectSqliTest, ReadsNumbersStringsAndNamesAsServersDo) {
  EXPECT_EQ(fingerprintOf("1e1union select 1"), "1UE1");
  EXPECT_EQ(fingerprintOf("x'41' union select b'01'"), "1UE1");
  EXPECT_EQ(fingerprintOf("$1,000.5 union select 1d"), "1UE1");
  EXPECT_EQ(fingerprintOf("`a`.`b` union select 1"), "nUE1");
  EXPECT_EQ(fingerprintOf("1 or n'a' = 'a' --"), "1&sos");
  EXPECT_EQ(fingerprintOf("1=(1) union select 1"), "1UE1");
  EXPECT_EQ(fingerprintOf("/*/*/2 union all select 1"), "X1UE1");
  EXPECT_EQ(fingerprintOf("' union select na`me, b from c--"), "sUEnk");
  EXPECT_EQ(fingerprintOf("select`a` from b where c"), fingerprintOf("select a from b where c"));
  EXPECT_EQ(fingerprintOf("1 and 1=1`"), "1&1c");
  EXPECT_EQ(fingerprintOf("1 union sel\x05"
                          "ect 1"),
            "");
}

TEST(DetectSqliTest, AStringOrAVariableIsNoWordOfProse) {
  EXPECT_EQ(fingerprintOf("'' or 1"), "s&1");
  EXPECT_EQ(fingerprintOf("@a or b"), "v&n");
  EXPECT_EQ(fingerprintOf("black or 17"), "");
  EXPECT_EQ(fingerprintOf("6 and 17"), "");
}

// One name or one number is answered without reading it: all of up to three bytes, and longer ones,
// keywords among them.
TEST(DetectSqliTest, OneWordHasNoShapeThatIsHostile) {
  constexpr std::string_view kBytes =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  const auto check = [](const std::string& value) {
    if (value.front() >= '0' && value.front() <= '9' &&
        value.find_first_not_of("0123456789") != std::string::npos) {
      return;
    }
    for (const SqlDialect dialect : {SqlDialect::Ansi, SqlDialect::MySql}) {
      const SqlShape shape = foldSql(value, '\0', dialect);
      ASSERT_LE(shape.size, 1U) << value;
      ASSERT_EQ(shape.fingerprint().find('X'), std::string_view::npos) << value;
    }
    ASSERT_FALSE(detectSqli(value, nullptr)) << value;
  };
  for (const char a : kBytes) {
    check({a});
    for (const char b : kBytes) {
      check({a, b});
      for (const char c : kBytes) check({a, b, c});
    }
  }
  for (const char* word : {"select", "union", "null", "current_user", "having", "true", "waitfor",
                           "int", "not", "binary", "collate", "in", "_utf8", "0", "007", "e1"}) {
    check(word);
  }
  unsigned state = 99;
  for (int round = 0; round < 50'000; ++round) {
    std::string value;
    for (unsigned i = 0; i < 4 + state % 30; ++i) {
      state = state * 1103515245u + 12345u;
      value.push_back(kBytes[(state >> 16) % kBytes.size()]);
    }
    check(value);
  }
}

}  // namespace
}  // namespace waf
