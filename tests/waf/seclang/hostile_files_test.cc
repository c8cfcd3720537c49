// Rule files that are none: each is read or refused with a place, and nothing breaks.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "waf/engine/rule_set.h"

namespace waf {
namespace {

class HostileFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("portcullis-hostile-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "rules");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  RuleSet::Loaded load(const std::string& name = "a.conf") {
    RuleSetOptions options;
    options.paths = {(folder_ / name).string()};
    options.use_hyperscan = false;
    return RuleSet::load(options);
  }
  static std::string first(const RuleSet::Loaded& loaded) {
    return loaded.diagnostics.empty() ? "" : loaded.diagnostics.front().toString();
  }
  std::filesystem::path folder_;
};

const std::string kRule = "SecRule ARGS \"@rx a\" \"id:1,phase:2,deny\"";

TEST_F(HostileFilesTest, GarbageIsRefusedWithItsPlaces) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::string text = "# a comment\n";
    for (int i = 0; i < 2000; ++i) text.push_back(static_cast<char>(random()));
    write("a.conf", text);
    const auto loaded = load();
    EXPECT_EQ(loaded.rule_set, nullptr);
    EXPECT_EQ(first(loaded).find("a.conf:"), 0u) << first(loaded);
    EXPECT_LE(loaded.diagnostics.size(), 1000u);
  }
}

TEST_F(HostileFilesTest, ANulByteIsNamed) {
  write("a.conf", std::string("SecRuleEngine On\nSecRule ARGS \"@rx a\0b\" \"id:1\"\n", 48));
  EXPECT_EQ(first(load()).find("a.conf:2: "), 0u) << first(load());
  EXPECT_NE(first(load()).find("NUL"), std::string::npos) << first(load());
}

TEST_F(HostileFilesTest, LineEndsAndAByteOrderMarkMakeNoDifference) {
  for (const char* text : {"\xEF\xBB\xBFSecRuleEngine On\r\n%\r\n", "SecRuleEngine On\r\n%",
                           "\n\n%\n\n", "SecRuleEngine \\\r\n On\r\n% # behind it\r\n"}) {
    std::string rules(text);
    rules.replace(rules.find('%'), 1, kRule);
    write("a.conf", rules);
    const auto loaded = load();
    ASSERT_NE(loaded.rule_set, nullptr) << text << first(loaded);
    EXPECT_EQ(loaded.rule_set->rules().size(), 1u);
  }
}

TEST_F(HostileFilesTest, ACommentThatEndsInABackslashTakesNoRuleWithIt) {
  write("a.conf", "# see C:\\rules\\\n" + kRule + "\n#SecAction \\\n    \"id:2,phase:1,deny\"\n");
  const auto loaded = load();
  ASSERT_NE(loaded.rule_set, nullptr) << first(loaded);
  ASSERT_EQ(loaded.rule_set->rules().size(), 1u);
  EXPECT_EQ(loaded.rule_set->rules()[0].id, 1);
}

TEST_F(HostileFilesTest, AFileOfMoreThanAHundredMegabytesIsRefusedUnread) {
  write("a.conf", kRule);
  std::filesystem::resize_file(folder_ / "a.conf", (100u << 20) + 1);  // a hole: no disk, no time
  EXPECT_EQ(load().rule_set, nullptr);
  EXPECT_NE(first(load()).find("larger than"), std::string::npos) << first(load());
}

TEST_F(HostileFilesTest, ALineOfAMegabyteIsRead) {
  write("a.conf", "SecRule ARGS \"@pm " + std::string(1 << 20, 'a') + "\" \"id:1,phase:2,deny\"\n");
  EXPECT_NE(load().rule_set, nullptr) << first(load());
}

TEST_F(HostileFilesTest, AFileThatIsAFolderOrUnreadableIsNamed) {
  write("a.conf", "Include rules\n");
  EXPECT_EQ(load().rule_set, nullptr);
  EXPECT_EQ(first(load()).find("a.conf:1: "), 0u) << first(load());
}

TEST_F(HostileFilesTest, AMissingDataFileIsNamedWithTheRule) {
  write("a.conf", "\nSecRule ARGS \"@pmFromFile none.data\" \"id:1,phase:2,deny\"\n");
  EXPECT_EQ(first(load()).find("a.conf:2: "), 0u) << first(load());
  EXPECT_NE(first(load()).find("none.data"), std::string::npos) << first(load());
}

TEST_F(HostileFilesTest, PluginsAndExclusionFilesOfTheCrsLoad) {
  std::filesystem::create_directories(folder_ / "plugins");
  write("crs-setup.conf",
        "SecAction \"id:900990,phase:1,pass,nolog,setvar:tx.crs_setup_version=400\"\n");
  write("rules/REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf",
        "SecRule REQUEST_URI \"@beginsWith /editor\" \\\n    \"id:1000,\\\n    phase:1,\\\n    "
        "pass,\\\n"
        "    nolog,\\\n    ctl:ruleRemoveTargetById=942100;ARGS:text,\\\n"
        "    ctl:ruleRemoveByTag=attack-xss\"\n");
  write("rules/REQUEST-942.conf",
        "SecRule ARGS \"@rx select\" \"id:942100,phase:2,deny,tag:'attack-sqli'\"\n"
        "SecRule ARGS \"@rx <script\" \"id:941100,phase:2,deny,tag:'attack-xss'\"\n"
        "SecRule ARGS \"@pmFromFile words.data\" \"id:942110,phase:2,deny\"\n");
  write("rules/words.data", "# words\ndrop table\n");
  write("rules/RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf",
        "SecRuleRemoveById 942110\nSecRuleUpdateTargetById 942100 \"!ARGS:free\"\n"
        "SecRuleUpdateActionById 941100 \"pass\"\n");
  write("plugins/example-config.conf",
        "SecAction \"id:9500010,phase:1,pass,nolog,setvar:tx.example=1\"\n");
  write("plugins/example-before.conf",
        "SecRule TX:example \"!@eq 1\" "
        "\"id:9500020,phase:1,pass,nolog,ctl:ruleRemoveById=9500030-9500999\"\n");
  write("plugins/example-after.conf",
        "SecRule REQUEST_METHOD \"@streq TRACE\" \"id:9500030,phase:1,deny,status:405\"\n");
  write("all.conf",
        "Include crs-setup.conf\nInclude plugins/*-config.conf\nInclude plugins/*-before.conf\n"
        "Include rules/*.conf\nInclude plugins/*-after.conf\n");
  const auto loaded = load("all.conf");
  ASSERT_NE(loaded.rule_set, nullptr) << first(loaded);
  EXPECT_TRUE(loaded.diagnostics.empty()) << first(loaded);
  EXPECT_EQ(loaded.rule_set->rules().size(), 7u);

  RuleSetOptions options;
  options.paths = {folder_.string()};
  options.use_hyperscan = false;
  const auto folder = RuleSet::load(options);
  ASSERT_NE(folder.rule_set, nullptr) << first(folder);
  const auto& rules = folder.rule_set->rules();  // the base's and the site's first
  ASSERT_GE(rules.size(), 7u);
  std::vector<int64_t> ids;
  for (const RuleSummary& rule : rules) ids.push_back(rule.id);
  const auto place = [&](int64_t id) {
    return std::find(ids.begin(), ids.end(), id) - ids.begin();
  };
  EXPECT_LT(place(900990), place(9500010));
  EXPECT_LT(place(9500010), place(9500020));
  EXPECT_LT(place(9500020), place(1000));
  EXPECT_LT(place(942100), place(9500030));
}

}  // namespace
}  // namespace waf
