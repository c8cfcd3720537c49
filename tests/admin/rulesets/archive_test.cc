#include "admin-ui/server/rulesets/archive.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/admin/support/archives.h"
#include "tests/support/temporary_folder.h"

namespace admin {
namespace {

namespace fs = std::filesystem;

class ArchiveTest : public ::testing::Test {
 protected:
  waf::Result<void> unpack(const std::string& bytes, const std::string& name = "upload",
                           const ArchiveLimits& limits = {}) {
    const std::string archive = folder_.write("archive", bytes);
    fs::create_directories(target());
    return unpackArchive(archive, name, target(), limits, {});
  }
  std::string target() const { return folder_.path() + "/out"; }
  std::string content(const std::string& name) const {
    std::ifstream in(target() + "/" + name, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  // The sentence of a refusal; "" when it was taken.
  std::string refusal(const std::string& bytes, const ArchiveLimits& limits = {}) {
    const auto result = unpack(bytes, "upload", limits);
    std::error_code code;
    fs::remove_all(target(), code);
    return result ? "" : result.error().message;
  }
  tests::TemporaryFolder folder_;
};

TEST_F(ArchiveTest, UnpacksAZipStoredAndDeflated) {
  const std::string big(200000, 'x');
  for (const bool deflated : {false, true}) {
    ASSERT_TRUE(
        unpack(makeZip({{"crs/"}, {"crs/rules/a.conf", big}, {"crs/README", "hello"}}, deflated)));
    EXPECT_EQ(content("crs/rules/a.conf"), big);
    EXPECT_EQ(content("crs/README"), "hello");
    fs::remove_all(target());
  }
}

TEST_F(ArchiveTest, UnpacksATarPlainAndGzipped) {
  const std::string tar =
      makeTar({{"crs", "", 0, '5'}, {"./crs/rules/a.conf", std::string(3000, 'y')}, {"crs/b", ""}});
  for (const std::string& bytes : {tar, gzip(tar)}) {
    const auto result = unpack(bytes);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(content("crs/rules/a.conf"), std::string(3000, 'y'));
    fs::remove_all(target());
  }
}

TEST_F(ArchiveTest, TakesLongNamesOfGnuAndPax) {
  const std::string name = "crs/" + std::string(150, 'n') + ".conf";
  ASSERT_TRUE(unpack(makeTar({{"././@LongLink", name + '\0', 0, 'L'}, {"short", "gnu"}})));
  EXPECT_EQ(content(name), "gnu");
  fs::remove_all(target());
  const std::string record = " path=" + name + "\n";
  const size_t length = record.size() + 3;
  ASSERT_TRUE(
      unpack(makeTar({{"g", "52 comment=0123456789012345678901234567890123456789\n", 0, 'g'},
                      {"x", std::to_string(length) + record, 0, 'x'},
                      {"short", "pax"}})));
  EXPECT_EQ(content(name), "pax");
}

TEST_F(ArchiveTest, StoresALoneConfUnderASafeName) {
  ASSERT_TRUE(unpack("SecRuleEngine On\n", "../../my rules.conf"));
  EXPECT_EQ(content("my_rules.conf"), "SecRuleEngine On\n");
}

TEST_F(ArchiveTest, RefusesPathsThatLeaveTheFolder) {
  for (const char* name : {"../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "c:evil", ""}) {
    EXPECT_NE(refusal(makeZip({{name, "x"}})), "") << name;
    EXPECT_NE(refusal(makeTar({{name, "x"}})), "") << name;
  }
  EXPECT_FALSE(fs::exists(folder_.path() + "/evil"));
}

TEST_F(ArchiveTest, RefusesLinksAndDevices) {
  EXPECT_NE(refusal(makeZip({{"link", "/etc/passwd", 0120777}})).find("link"), std::string::npos);
  for (const char type : {'1', '2', '3', '4', '6'}) {
    EXPECT_NE(refusal(makeTar({{"link", "", 0, type}})).find("link"), std::string::npos) << type;
  }
}

TEST_F(ArchiveTest, RefusesAnEntryThatComesTwice) {
  EXPECT_NE(refusal(makeZip({{"a", "x"}, {"a", "y"}})).find("twice"), std::string::npos);
  EXPECT_NE(refusal(makeTar({{"a", "x"}, {"a/b", "y"}})), "");
}

TEST_F(ArchiveTest, BoundsWhatItUnpacksTo) {
  ArchiveLimits limits;
  limits.total_bytes = 100000;
  EXPECT_NE(
      refusal(makeZip({{"a", std::string(60000, 0)}, {"b", std::string(60000, 0)}}, true), limits),
      "");
  EXPECT_NE(refusal(gzip(makeTar({{"a", std::string(200000, 0)}})), limits), "");
  limits.entries = 3;
  EXPECT_NE(refusal(makeZip({{"a"}, {"b"}, {"c"}, {"d"}}), limits).find("entries"),
            std::string::npos);
}

TEST_F(ArchiveTest, RefusesAZipThatLies) {
  EXPECT_NE(
      refusal(makeZip({{"a", std::string(5000, 'x'), 0100644, '0', 10}}, true)).find("larger"),
      std::string::npos);
  std::string damaged = makeZip({{"a", std::string(5000, 'x')}});
  damaged[100] ^= 1;
  EXPECT_EQ(refusal(damaged), "a file of the zip is damaged; download or make it anew");
}

TEST_F(ArchiveTest, SurvivesEveryTruncationAndBitFlip) {
  const std::string zip =
      makeZip({{"d/"}, {"d/a.conf", "SecRuleEngine On\n"}, {"b", std::string(90, 'b')}}, true);
  const std::string tar =
      gzip(makeTar({{"d/a.conf", "SecRuleEngine On\n"}, {"b", std::string(90, 'b')}}));
  for (const std::string& bytes : {zip, tar}) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      refusal(bytes.substr(0, i));
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      refusal(flipped);
    }
  }
  EXPECT_EQ(refusal(zip), "");
}

TEST_F(ArchiveTest, RefusesWhatIsNoArchive) {
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal(std::string("\x7f"
                                "ELF\0\0",
                                6))
                .find("neither"),
            std::string::npos);
}

TEST_F(ArchiveTest, ProgressMayCancel) {
  fs::create_directories(target());
  const std::string archive = folder_.write("archive", makeZip({{"a", "x"}, {"b", "y"}}));
  EXPECT_FALSE(unpackArchive(archive, "", target(), {}, [](size_t, size_t) { return false; }));
}

TEST(RuleSetRootTest, FindsTheFolderOfACrs) {
  tests::TemporaryFolder folder;
  folder.write("coreruleset-4/crs-setup.conf.example", "");
  folder.write("coreruleset-4/rules/REQUEST-901.conf", "");
  folder.write("coreruleset-4/tests/x.conf", "");
  EXPECT_EQ(findRuleSetRoot(folder.path()).value_or(""), folder.path() + "/coreruleset-4");
}

TEST(RuleSetRootTest, FindsPlainFoldersAndLoneFiles) {
  tests::TemporaryFolder folder;
  EXPECT_FALSE(findRuleSetRoot(folder.path()));
  folder.write("a/mine.conf", "");
  EXPECT_EQ(findRuleSetRoot(folder.path()).value_or(""), folder.path() + "/a/mine.conf");
  folder.write("a/more.conf", "");
  EXPECT_EQ(findRuleSetRoot(folder.path()).value_or(""), folder.path() + "/a");
}

}  // namespace
}  // namespace admin
