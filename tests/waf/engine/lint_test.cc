// What `rules check` warns of: each kind once, with its place, and what is meant well is left
// alone.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "waf/engine/rule_set.h"

namespace waf {
namespace {

// The warnings about one file of rules, one a line.
std::string lintOf(const std::string& rules) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("portcullis-lint-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "a.conf") << rules;
  RuleSetOptions options;
  options.paths = {(folder / "a.conf").string()};
  options.lint = true;
  options.use_hyperscan = false;
  const auto loaded = RuleSet::load(options);
  std::filesystem::remove_all(folder);
  std::string text;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::Warning) << diagnostic.toString();
    text += diagnostic.toString() + "\n";
  }
  return text;
}

void expectWarning(const std::string& rules, const std::string& warning) {
  const std::string text = lintOf(rules);
  EXPECT_NE(text.find(warning), std::string::npos) << rules << "\n" << text;
}

TEST(LintTest, NamesRulesThatAskTooEarly) {
  expectWarning("\nSecRule ARGS_POST \"@rx a\" \"id:1,phase:1,deny\"",
                "a.conf:2: can never match: ARGS_POST is filled in phase 2");
  expectWarning("SecRule RESPONSE_BODY \"@rx a\" \"id:1,phase:3,deny\"", "write phase:4");
  expectWarning("SecRule ARGS|XML:/* \"@rx a\" \"id:1,phase:1,deny\"",
                "a.conf:1: XML is filled in");
  EXPECT_EQ(lintOf("SecRule ARGS_POST|ARGS \"@rx a\" \"id:1,phase:2,deny\""), "");
}

TEST(LintTest, NamesCountsThatAreAlwaysOne) {
  expectWarning("SecRule &SERVER_NAME \"@eq 0\" \"id:1,phase:1,deny\"",
                "can never match: &SERVER_NAME is always 1");
  expectWarning("SecRule &REQUEST_BODY \"!@gt 0\" \"id:1,phase:2,deny\"", "always 1");
  EXPECT_EQ(lintOf("SecRule &SERVER_NAME \"@eq 1\" \"id:1,phase:1,deny\""), "");
  EXPECT_EQ(lintOf("SecRule &REMOTE_USER \"@eq 0\" \"id:1,phase:1,deny\""), "");
  EXPECT_EQ(lintOf("SecRule &ARGS \"@eq 0\" \"id:1,phase:1,deny\""), "");
  EXPECT_EQ(lintOf("SecRule &REQUEST_BODY \"@eq %{tx.n}\" \"id:1,phase:2,deny\""), "");
}

TEST(LintTest, NamesRulesThatDoNotSeeJson) {
  expectWarning("SecRule ARGS_POST \"@rx a\" \"id:1,phase:2,deny\"",
                "ARGS_POST has the fields of forms, not what JSON or XML holds; add ARGS");
  expectWarning("SecRule ARGS_POST_NAMES \"@rx a\" \"id:1,phase:2,deny\"", "add ARGS_NAMES");
  EXPECT_EQ(lintOf("SecRule ARGS_POST|ARGS \"@rx a\" \"id:1,phase:2,deny\""), "");
  EXPECT_EQ(lintOf("SecRule ARGS_POST:name \"@rx a\" \"id:1,phase:2,deny\""), "");
  EXPECT_EQ(lintOf("SecRule &ARGS_POST \"@gt 9\" \"id:1,phase:2,deny\""), "");
}

TEST(LintTest, NamesChainsThatContradictThemselves) {
  const std::string get = "SecRule REQUEST_METHOD \"@streq GET\" \"id:1,phase:1,deny,chain\"\n";
  expectWarning(get + "SecRule REQUEST_METHOD \"@streq POST\"",
                "a.conf:2: the chain can never match: no REQUEST_METHOD");
  expectWarning(get + "SecRule REQUEST_METHOD \"!@streq GET\"", "can never match");
  expectWarning("SecRule &ARGS \"@gt 3\" \"id:1,phase:1,deny,chain\"\nSecRule &ARGS \"@lt 2\"",
                "no &ARGS meets both");
  EXPECT_EQ(lintOf(get + "SecRule ARGS \"@streq POST\""), "");
  EXPECT_EQ(lintOf("SecRule &ARGS \"@gt 1\" \"id:1,phase:1,deny,chain\"\nSecRule &ARGS \"@lt 5\""),
            "");
  // Several values may differ.
  EXPECT_EQ(
      lintOf("SecRule ARGS \"@streq a\" \"id:1,phase:1,deny,chain\"\nSecRule ARGS \"@streq b\""),
      "");
}

TEST(LintTest, NamesOperatorsThatNeverMatch) {
  expectWarning("SecRule ARGS \"@noMatch\" \"id:1,phase:2,deny\"", "can never match: @noMatch");
  expectWarning("SecRule ARGS \"@rbl dnsbl.httpbl.org\" \"id:1,phase:2,deny\"",
                "can never match: @rbl of httpbl.org without a key");
  expectWarning("SecRule ARGS \"@geoLookup\" \"id:1,phase:2,deny\"", "SecGeoLookupDb");
}

TEST(LintTest, NamesRulesBehindWhatAlwaysEndsOrSkips) {
  expectWarning(
      "SecAction \"id:1,phase:1,pass,skipAfter:END\"\nSecAction \"id:2,phase:1,pass\"\n"
      "SecMarker END\nSecAction \"id:3,phase:1,pass\"",
      "a.conf:2: never runs: the SecAction with skip or skipAfter at a.conf:1");
  expectWarning("SecAction \"id:1,phase:1,deny\"\nSecAction \"id:2,phase:1,pass\"",
                "a.conf:2: never runs: the SecAction at a.conf:1 always comes before it");
  // The way round a block that is left by its end.
  EXPECT_EQ(lintOf("SecRule ARGS a \"id:1,phase:1,pass,skipAfter:ELSE\"\n"
                   "SecAction \"id:2,phase:1,pass,skipAfter:END\"\nSecMarker ELSE\n"
                   "SecAction \"id:3,phase:1,pass\"\nSecMarker END"),
            "");
  EXPECT_EQ(lintOf("SecRule ARGS a \"id:9,phase:1,pass,ctl:ruleRemoveById=1\"\n"
                   "SecAction \"id:1,phase:1,deny\"\nSecAction \"id:2,phase:1,pass\""),
            "");
}

TEST(LintTest, NamesMarkersThatAreNotThere) {
  expectWarning("SecRule ARGS a \"id:1,phase:1,pass,skipAfter:END\"",
                "a.conf:1: skipAfter: no marker END follows");
}

TEST(LintTest, NamesExclusionsThatExcludeNothing) {
  const std::string rule = "SecRule ARGS \"@rx a\" \"id:5,phase:2,deny,tag:'x',msg:'m'\"\n";
  expectWarning(rule + "SecRuleRemoveById 6", "a.conf:2: removes nothing: no rule has the id 6");
  expectWarning(rule + "SecRuleRemoveById 5 7-9", "no rule has the id 7-9");
  expectWarning(rule + "SecRuleRemoveByTag y", "no rule has the tag y");
  expectWarning(rule + "SecRuleRemoveByMsg n", "no rule has the message n");
  expectWarning("SecRuleRemoveById 5\n" + rule, "a.conf:1: rule 5 comes later");
  expectWarning(rule + "SecRuleRemoveById 5", "a.conf:1: never runs: it is removed at a.conf:2");
  expectWarning(rule + "SecRuleRemoveById 5\nSecRuleUpdateTargetById 5 \"!ARGS:a\"",
                "a.conf:3: updates nothing: rule 5 is removed");
  expectWarning(rule + "SecRuleUpdateActionById 6 \"pass\"",
                "updates nothing: no rule has the id 6");
  EXPECT_EQ(lintOf(rule + "SecRuleUpdateTargetById 5 \"!ARGS:a\""), "");
}

TEST(LintTest, NamesControlsThatExcludeNothing) {
  const std::string rule = "SecRule ARGS \"@rx a\" \"id:5,phase:2,deny,tag:'x'\"\n";
  const auto control = [](const std::string& phase, const std::string& what) {
    return "SecRule REQUEST_URI \"@beginsWith /a\" \"id:1,phase:" + phase +
           ",pass,nolog,ctl:" + what + "\"\n";
  };
  expectWarning(control("1", "ruleRemoveById=6") + rule,
                "a.conf:1: ctl:ruleRemoveById: excludes nothing: no rule has the id 6");
  expectWarning(control("1", "ruleRemoveTargetByTag=y;ARGS:a") + rule, "no rule has the tag y");
  expectWarning(control("3", "ruleRemoveById=5") + rule, "comes too late: rule 5 has run");
  expectWarning(rule + control("2", "ruleRemoveById=5"), "comes too late");
  expectWarning(control("1", "ruleRemoveTargetById=5;REQUEST_COOKIES:a") + rule,
                "REQUEST_COOKIES is no target of rule 5");
  EXPECT_EQ(lintOf(control("1", "ruleRemoveTargetById=5;ARGS:a") + rule), "");
  EXPECT_EQ(lintOf(control("2", "ruleRemoveByTag=x") + rule), "");
}

TEST(LintTest, MeasuresPatternsThatBacktrack) {
  expectWarning("SecRule ARGS \"@rx ^(?:a+)+$\" \"id:1,phase:2,deny\"",
                "a.conf:1: @rx: backtracks: on 101 bytes of \"a\" it reaches SecPcreMatchLimit");
  EXPECT_EQ(lintOf("SecRule ARGS \"@rx ^[a-z]+$\" \"id:1,phase:2,deny\""), "");
}

TEST(LintTest, AnOrdinaryLoadSaysNothingOfThis) {
  const auto loaded = RuleSet::loadText("SecRule ARGS \"@noMatch\" \"id:1,phase:2,deny\"");
  EXPECT_TRUE(loaded.diagnostics.empty());
}

}  // namespace
}  // namespace waf
