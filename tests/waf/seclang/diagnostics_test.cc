// What a rule author reads: the place, what is wrong, what is known.
#include <gtest/gtest.h>

#include <unistd.h>
#include <filesystem>

#include <fstream>

#include "waf/engine/rule_set.h"

namespace waf {
namespace {

std::string firstError(const std::string& text) {
  const auto loaded = RuleSet::loadText(text, "rules/a.conf");
  EXPECT_EQ(loaded.rule_set, nullptr) << text;
  return loaded.diagnostics.empty() ? "" : loaded.diagnostics.front().toString();
}

TEST(DiagnosticsTest, CarryFileAndLineOfTheDirective) {
  const std::string error = firstError("SecRuleEngine On\n\nSecRule ARGS \"@rx (\" \"id:1\"\n");
  EXPECT_EQ(error.find("rules/a.conf:3: "), 0u) << error;
}

TEST(DiagnosticsTest, NameTheNearestKnownWord) {
  EXPECT_NE(firstError("SecRulle ARGS x \"id:1\"").find("SecRule"), std::string::npos);
  EXPECT_NE(firstError("SecRule ARGZ x \"id:1\"").find("ARGS"), std::string::npos);
  EXPECT_NE(firstError("SecRule ARGS \"@contain x\" \"id:1\"").find("contains"), std::string::npos);
  EXPECT_NE(firstError("SecAction \"id:1,t:lowercaze\"").find("lowercase"), std::string::npos);
  EXPECT_NE(firstError("SecAction \"id:1,ctl:ruleRemoveByIdd=1\"").find("ruleRemoveById"),
            std::string::npos);
}

TEST(DiagnosticsTest, ActionsWhoseQuoteIsNotClosedEndWithTheLineAndAWarning) {
  const auto loaded = RuleSet::loadText(
      "SecRule ARGS \"@rx a\" \"id:1,phase:1,deny\nSecAction \"id:2,phase:1,pass\n");
  ASSERT_NE(loaded.rule_set, nullptr);
  ASSERT_EQ(loaded.diagnostics.size(), 2u);
  EXPECT_EQ(loaded.diagnostics[0].severity, Diagnostic::Severity::Warning);
  EXPECT_NE(loaded.diagnostics[0].toString().find("not closed"), std::string::npos);
  EXPECT_NE(firstError("SecRule ARGS \"@rx a id:1").find("not closed"), std::string::npos);
}

TEST(DiagnosticsTest, ReportEveryMistakeOfAFile) {
  const auto loaded =
      RuleSet::loadText("SecFoo\nSecRule NOPE x \"id:1\"\nSecRule ARGS x \"id:x\"\n");
  EXPECT_EQ(loaded.rule_set, nullptr);
  size_t errors = 0;
  for (const auto& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::Error) ++errors;
  }
  EXPECT_EQ(errors, 3u);
}

TEST(DiagnosticsTest, RefuseAnIdThatIsTaken) {
  const std::string error = firstError("SecAction \"id:7\"\nSecAction \"id:7\"");
  EXPECT_NE(error.find("taken"), std::string::npos);
}

TEST(DiagnosticsTest, RefuseProgramsAndLua) {
  EXPECT_NE(firstError("SecAction \"id:1,exec:/bin/true\"").find("exec"), std::string::npos);
  EXPECT_NE(firstError("SecRuleScript a.lua").find("Lua"), std::string::npos);
}

class IncludeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("seclang_include_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "sub");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  RuleSet::Loaded load() {
    RuleSetOptions options;
    options.paths = {(folder_ / "main.conf").string()};
    return RuleSet::load(options);
  }
  std::filesystem::path folder_;
};

TEST_F(IncludeTest, FollowsGlobsInOrderRelativeToTheFile) {
  write("main.conf", "SecRuleEngine On\nInclude sub/*.conf\nIncludeOptional none/*.conf\n");
  write("sub/b.conf", "SecAction \"id:2,pass\"\n");
  write("sub/a.conf", "SecAction \"id:1,pass\"\n");
  const auto loaded = load();
  ASSERT_NE(loaded.rule_set, nullptr);
  EXPECT_TRUE(loaded.diagnostics.empty());
  ASSERT_EQ(loaded.rule_set->rules().size(), 2u);
  EXPECT_EQ(loaded.rule_set->rules()[0].id, 1);
  EXPECT_EQ(loaded.rule_set->rules()[0].file, "sub/a.conf");
}

TEST_F(IncludeTest, RefusesAFileThatIncludesItself) {
  write("main.conf", "Include sub/a.conf\n");
  write("sub/a.conf", "Include ../main.conf\n");
  const auto loaded = load();
  EXPECT_EQ(loaded.rule_set, nullptr);
  EXPECT_NE(loaded.diagnostics.front().message.find("includes itself"), std::string::npos);
}

TEST_F(IncludeTest, RefusesAMissingFile) {
  write("main.conf", "Include sub/none.conf\n");
  EXPECT_EQ(load().rule_set, nullptr);
}

TEST_F(IncludeTest, ReadsNothingOutsideOfTheFolderItIsConfinedTo) {
  write("outside.conf", "SecAction \"id:1,pass\"\n");
  write("words", "secret\n");
  write("sub/inside.conf", "SecAction \"id:2,pass\"\n");
  std::filesystem::create_symlink(folder_ / "outside.conf", folder_ / "sub/link.conf");
  RuleSetOptions options;
  options.paths = {(folder_ / "sub/main.conf").string()};
  options.confined_to = (folder_ / "sub").string();
  for (const char* text :
       {"Include ../outside.conf\n", "Include ../*.conf\n", "IncludeOptional ../outside.conf\n",
        "Include link.conf\n", "SecRule ARGS \"@pmFromFile ../words\" \"id:3,phase:2,pass\"\n",
        "IncludeOptional /etc/passwd\n"}) {
    write("sub/main.conf", text);
    const auto loaded = RuleSet::load(options);
    EXPECT_EQ(loaded.rule_set, nullptr) << text;
    ASSERT_FALSE(loaded.diagnostics.empty()) << text;
    EXPECT_NE(loaded.diagnostics.front().message.find("not part of this rule set"),
              std::string::npos)
        << text;
  }
  // A pattern does not tell what there is either.
  for (const char* text : {"Include ../out*.conf\n", "IncludeOptional ../out*.conf\n",
                           "Include s*/../../out*.conf\n", "Include /et[c]/passw?\n"}) {
    write("sub/main.conf", text);
    const auto loaded = RuleSet::load(options);
    ASSERT_EQ(loaded.diagnostics.size(), 1u) << text;
    EXPECT_NE(loaded.diagnostics[0].message.find("not part of this rule set"), std::string::npos);
    EXPECT_EQ(loaded.diagnostics[0].message.find("outside"), std::string::npos) << text;
    EXPECT_EQ(loaded.diagnostics[0].message.find("passwd"), std::string::npos) << text;
  }
  for (const char* text :
       {"Include inside.conf\n", "Include in*.conf\n", "Include ../s*/inside.conf\n"}) {
    write("sub/main.conf", text);
    EXPECT_EQ(RuleSet::load(options).rule_set != nullptr, text[8] != '.') << text;
  }
}

}  // namespace
}  // namespace waf
