#include "waf/operators/operator.h"

#include <gtest/gtest.h>

#include <map>

#include "waf/operators/geo_database.h"

namespace waf {
namespace {

OperatorEnvironment environment(std::map<std::string, std::string> files = {}) {
  OperatorEnvironment made;
  made.read_file = [files](std::string_view path) -> Result<std::string> {
    const auto file = files.find(std::string(path));
    if (file == files.end()) {
      return fail(ErrorCode::NotFound, "file", std::string(path) + ": no such file");
    }
    return file->second;
  };
  return made;
}

std::unique_ptr<Operator> make(std::string_view name, std::string_view argument,
                               bool has_macro = false,
                               const OperatorEnvironment& with = environment()) {
  auto created = createOperator(name, argument, has_macro, with);
  EXPECT_TRUE(created) << created.error().message;
  return created ? *std::move(created) : nullptr;
}

std::string errorOf(std::string_view name, std::string_view argument, bool has_macro = false,
                    const OperatorEnvironment& with = environment()) {
  const auto created = createOperator(name, argument, has_macro, with);
  return created ? "" : created.error().message;
}

bool matches(const Operator& op, std::string_view value, std::string_view argument = "") {
  OperatorMatch match;
  return op.evaluate(value, argument, match);
}

TEST(OperatorTableTest, IgnoresTheCaseOfNames) { EXPECT_NE(make("BEGINSWITH", "a"), nullptr); }

TEST(OperatorTableTest, ProposesTheNearestName) {
  EXPECT_EQ(errorOf("beginWith", "a"), "@beginWith: unknown operator; did you mean @beginsWith?");
}

TEST(OperatorTableTest, RefusesWhatItDoesNotDoWithTheReason) {
  EXPECT_NE(errorOf("inspectFile", "/x.lua").find("@inspectFile: runs a program"),
            std::string::npos);
  EXPECT_NE(errorOf("fuzzyHash", "x 6"), "");
  EXPECT_NE(errorOf("gsbLookup", "x"), "");
  EXPECT_NE(errorOf("rsub", "s/a/b/"), "");
}

TEST(RxOperatorTest, ReportsASyntaxError) {
  EXPECT_EQ(errorOf("rx", "a("), "@rx: missing closing parenthesis at offset 2");
}

TEST(RxOperatorTest, GivesPlaceAndCaptures) {
  OperatorMatch match;
  ASSERT_TRUE(make("rx", "b(c)")->evaluate("abcd", "", match));
  EXPECT_EQ(match.offset, 1U);
  EXPECT_EQ(match.length, 2U);
  ASSERT_EQ(match.capture_count, 2U);
  EXPECT_EQ(match.captures[1], "c");
}

TEST(RxOperatorTest, SaysWhenALimitEndedIt) {
  OperatorEnvironment limited = environment();
  limited.match_limit = 500;
  OperatorMatch match;
  EXPECT_FALSE(
      make("rx", "^(?:a+)+[bc]", false, limited)->evaluate(std::string(60, 'a'), "", match));
  EXPECT_TRUE(match.limit_exceeded);
}

TEST(RxOperatorTest, CompilesTheExpandedPattern) {
  const auto rx = make("rx", "^%{tx.word}$", true);
  EXPECT_TRUE(matches(*rx, "apple", "^apple$"));
  EXPECT_FALSE(matches(*rx, "pear", "^apple$"));
  EXPECT_TRUE(rx->scanPatterns().empty());
}

TEST(RxOperatorTest, LeavesTheAnswerOpenWhenTheExpandedPatternIsBroken) {
  const auto rx = make("rx", "%{tx.word}", true);
  OperatorMatch match;
  EXPECT_FALSE(rx->evaluate("x", "(", match));
  EXPECT_TRUE(match.limit_exceeded);
  match.reset();
  EXPECT_FALSE(rx->evaluate("x", std::string(20'000, 'x'), match));
  EXPECT_TRUE(match.limit_exceeded);
}

TEST(RxOperatorTest, KeepsAFewExpandedPatterns) {
  const auto rx = make("rx", "%{tx.word}", true);
  for (int turn = 0; turn < 2; ++turn) {
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(matches(*rx, "n" + std::to_string(i), "^n" + std::to_string(i) + "$"));
    }
  }
}

TEST(RxOperatorTest, OffersItsPatternForTheScan) {
  const auto patterns = make("rx", "(?i)union\\s+select")->scanPatterns();
  ASSERT_EQ(patterns.size(), 1U);
  EXPECT_TRUE(patterns[0].joinable);
  EXPECT_FALSE(patterns[0].literal);
}

TEST(RxOperatorTest, OffersAWeakerPatternWhereHyperscanCannotTakeItsOwn) {
  const auto lookahead = make("rx", "attack(?=ed)");
  const auto patterns = lookahead->scanPatterns();
  ASSERT_FALSE(patterns.empty());
  EXPECT_EQ(patterns[0].pattern.find("(?="), std::string::npos);
  OperatorMatch match;
  EXPECT_TRUE(lookahead->evaluate("attacked", "", match));
  EXPECT_FALSE(lookahead->evaluate("attacker", "", match));
}

TEST(RxGlobalOperatorTest, CollectsTheGroupsOfAllMatches) {
  OperatorMatch match;
  ASSERT_TRUE(make("rxGlobal", "(\\w)=(\\d)")->evaluate("a=1&b=2&c=3&d=4", "", match));
  ASSERT_EQ(match.capture_count, 10U);
  EXPECT_EQ(match.captures[3], "b=2");
  EXPECT_EQ(match.captures[9], "d=4");
}

TEST(PmOperatorTest, TakesBytesInHex) {
  const auto pm = make("pm", "A|42 43|D |00 ff|");
  EXPECT_TRUE(matches(*pm, "xabcdx"));
  EXPECT_TRUE(matches(*pm, std::string_view("\0\xff", 2)));
  EXPECT_FALSE(matches(*pm, "ABD"));
}

TEST(PmOperatorTest, TakesABarThatIsNoHexForItself) {
  EXPECT_TRUE(matches(*make("pm", "a||b |x| |"), "say a||b"));
  EXPECT_TRUE(matches(*make("pm", "|xyz|"), "|xyz|"));
}

TEST(PmOperatorTest, CapturesTheWordAsItOccurs) {
  OperatorMatch match;
  ASSERT_TRUE(make("pm", "nikto sqlmap")->evaluate("the SQLmap", "", match));
  EXPECT_EQ(match.captures[0], "SQLmap");
  EXPECT_EQ(match.offset, 4U);
}

TEST(PmOperatorTest, NeedsAWord) { EXPECT_EQ(errorOf("pm", " "), "@pm: needs at least one word"); }

TEST(PmOperatorTest, SearchesExpandedWords) {
  const auto pm = make("pm", "%{tx.words}", true);
  EXPECT_TRUE(matches(*pm, "one two", "two three"));
  EXPECT_FALSE(matches(*pm, "one", "two three"));
}

TEST(PmOperatorTest, OffersItsWordsForTheScan) {
  const auto patterns = make("pm", "one two")->scanPatterns();
  ASSERT_EQ(patterns.size(), 2U);
  EXPECT_TRUE(patterns[0].literal);
  EXPECT_TRUE(patterns[0].caseless);
}

TEST(PmFromFileOperatorTest, ReadsLinesWithoutComments) {
  const auto with = environment({{"words.data", "# list\r\n\r\n  two words \r\n#x\nlast"}});
  for (const char* name : {"pmf", "pmFromFile"}) {
    const auto pm = make(name, "words.data", false, with);
    EXPECT_TRUE(matches(*pm, "the Two Words"));
    EXPECT_TRUE(matches(*pm, "at last"));
    EXPECT_FALSE(matches(*pm, "# list"));
    EXPECT_FALSE(matches(*pm, "two"));
  }
}

TEST(PmFromFileOperatorTest, ReadsSeveralFiles) {
  const auto pm = make("pmFromFile", "a  b", false, environment({{"a", "one"}, {"b", "two"}}));
  EXPECT_TRUE(matches(*pm, "one"));
  EXPECT_TRUE(matches(*pm, "two"));
}

TEST(PmFromFileOperatorTest, NamesTheFileThatIsMissing) {
  EXPECT_EQ(errorOf("pmFromFile", "none.data"), "@pmFromFile: none.data: no such file");
  EXPECT_NE(errorOf("pmFromFile", "https://lists.example/x"), "");
  EXPECT_NE(errorOf("pmFromFile", ""), "");
}

TEST(IpMatchOperatorTest, TakesAListOfBothFamilies) {
  const auto ip = make("ipMatch", "192.0.2.0/24, 2001:db8::/32,198.51.100.7");
  EXPECT_TRUE(matches(*ip, "192.0.2.77"));
  EXPECT_TRUE(matches(*ip, "2001:db8::1"));
  EXPECT_TRUE(matches(*ip, "198.51.100.7"));
  EXPECT_TRUE(matches(*ip, "::ffff:192.0.2.1"));
  EXPECT_FALSE(matches(*ip, "198.51.100.8"));
  EXPECT_FALSE(matches(*ip, "not an address"));
}

TEST(IpMatchOperatorTest, RefusesABadNetworkByName) {
  EXPECT_NE(errorOf("ipMatch", "192.0.2.0/24,10.0.0.0/99").find("\"10.0.0.0/99\""),
            std::string::npos);
  EXPECT_NE(errorOf("ipMatch", ""), "");
}

TEST(IpMatchOperatorTest, ParsesTheExpandedList) {
  const auto ip = make("ipMatch", "%{tx.list}", true);
  EXPECT_TRUE(matches(*ip, "10.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(matches(*ip, "11.1.2.3", "10.0.0.0/8"));
}

TEST(IpMatchFromFileOperatorTest, ReadsOneNetworkALine) {
  const auto with = environment(
      {{"nets", "# office\n10.0.0.0/8\n\n192.0.2.1 # gate\n"}, {"bad", "10.0.0.0/8\nx\n"}});
  EXPECT_TRUE(matches(*make("ipMatchF", "nets", false, with), "192.0.2.1"));
  EXPECT_TRUE(matches(*make("ipMatchFromFile", "nets", false, with), "10.9.9.9"));
  EXPECT_NE(errorOf("ipMatchFromFile", "bad", false, with).find("bad: \"x\""), std::string::npos);
}

TEST(NumericOperatorTest, SaturatesHugeNumbers) {
  EXPECT_TRUE(matches(*make("gt", "1000"), "99999999999999999999999"));
  EXPECT_TRUE(matches(*make("lt", "0"), "-99999999999999999999999"));
}

TEST(NumericOperatorTest, ReadsTheExpandedArgument) {
  const auto ge = make("ge", "%{tx.threshold}", true);
  EXPECT_TRUE(matches(*ge, "5", "5"));
  EXPECT_FALSE(matches(*ge, "4", "5"));
}

TEST(WithinOperatorTest, ReadsTheExpandedArgument) {
  const auto within = make("within", "%{tx.allowed_methods}", true);
  EXPECT_TRUE(matches(*within, "POST", "GET POST"));
  EXPECT_FALSE(matches(*within, "PUT", "GET POST"));
}

TEST(ContainsOperatorTest, OffersALiteralUnlessItHoldsAMacro) {
  EXPECT_EQ(make("contains", "x")->scanPatterns().size(), 1U);
  EXPECT_TRUE(make("contains", "%{tx.x}", true)->scanPatterns().empty());
  EXPECT_TRUE(make("contains", "")->scanPatterns().empty());
}

TEST(ValidateByteRangeOperatorTest, PointsAtTheByte) {
  OperatorMatch match;
  ASSERT_TRUE(make("validateByteRange", "32-126,9")->evaluate("a\tb\x01", "", match));
  EXPECT_EQ(match.offset, 3U);
}

TEST(ValidateByteRangeOperatorTest, RefusesWhatIsNoByte) {
  EXPECT_NE(errorOf("validateByteRange", "1-256"), "");
  EXPECT_NE(errorOf("validateByteRange", "9-1"), "");
}

TEST(VerifyOperatorTest, SkipsCandidatesThatFail) {
  OperatorMatch match;
  ASSERT_TRUE(
      make("verifyCC", "\\d{16}")->evaluate("4111111111111112 4111111111111111", "", match));
  EXPECT_EQ(match.captures[0], "4111111111111111");
  EXPECT_EQ(match.offset, 17U);
}

TEST(VerifyOperatorTest, BoundsItsWorkOnOverlappingCandidates) {
  OperatorMatch match;
  EXPECT_FALSE(make("verifyCC", "[0-9]+x")->evaluate(std::string(200'000, '1') + "x", "", match));
  EXPECT_TRUE(match.limit_exceeded);
}

TEST(VerifyOperatorTest, NeedsAPattern) {
  EXPECT_NE(errorOf("verifyCC", ""), "");
  EXPECT_NE(errorOf("verifySSN", "("), "");
}

TEST(DetectOperatorTest, CapturesTheFingerprint) {
  OperatorMatch match;
  ASSERT_TRUE(make("detectSQLi", "")->evaluate("1' OR '1'='1", "", match));
  EXPECT_FALSE(match.captures[0].empty());
  EXPECT_EQ(match.length, 12U);
}

TEST(GeoLookupOperatorTest, MatchesNothingWithoutADatabase) {
  GeoRecord record;
  const auto geo = make("geoLookup", "");
  EXPECT_FALSE(matches(*geo, "192.0.2.1"));
  EXPECT_FALSE(geo->lookUpGeo("192.0.2.1", record));
}

TEST(GeoLookupOperatorTest, RefusesADatabaseThatCannotBeRead) {
  OperatorEnvironment with = environment();
  with.geo_database = "/nonexistent.mmdb";
  EXPECT_NE(errorOf("geoLookup", "", false, with).find("/nonexistent.mmdb"), std::string::npos);
}

constexpr char kDtd[] =
    "<!ELEMENT order (item+)>\n<!ELEMENT item (#PCDATA)>\n<!ATTLIST item id CDATA #REQUIRED>\n";

TEST(ValidateDtdOperatorTest, MatchesWhatIsNotValid) {
  const auto dtd = make("validateDTD", "o.dtd", false, environment({{"o.dtd", kDtd}}));
  EXPECT_FALSE(matches(*dtd, "<order><item id='1'>a</item></order>"));
  EXPECT_TRUE(matches(*dtd, "<order><item>a</item></order>"));
  EXPECT_TRUE(matches(*dtd, "<order/>"));
  EXPECT_TRUE(matches(*dtd, "<order>"));
  EXPECT_TRUE(matches(*dtd, ""));
}

TEST(ValidateDtdOperatorTest, HoldsNothingValidUnderABrokenDtd) {
  const auto dtd = make("validateDTD", "b", false, environment({{"b", "<!ELEMENT order (item+"}}));
  EXPECT_TRUE(matches(*dtd, "<order><item id='1'>a</item></order>"));
}

TEST(ValidateDtdOperatorTest, LoadsNoEntities) {
  const auto dtd = make("validateDTD", "e", false, environment({{"e", "<!ELEMENT a (#PCDATA)>"}}));
  EXPECT_FALSE(matches(*dtd, "<!DOCTYPE a SYSTEM 'http://192.0.2.1/x.dtd'><a>text</a>"));
}

constexpr char kSchema[] =
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
    "<xs:element name='age' type='xs:positiveInteger'/></xs:schema>";

TEST(ValidateSchemaOperatorTest, MatchesWhatIsNotValid) {
  const auto schema = make("validateSchema", "s", false, environment({{"s", kSchema}}));
  EXPECT_FALSE(matches(*schema, "<age>41</age>"));
  EXPECT_TRUE(matches(*schema, "<age>old</age>"));
  EXPECT_TRUE(matches(*schema, "<name/>"));
}

TEST(ValidateSchemaOperatorTest, NamesTheFileThatIsMissing) {
  EXPECT_EQ(errorOf("validateSchema", "none.xsd"), "@validateSchema: none.xsd: no such file");
}

}  // namespace
}  // namespace waf
