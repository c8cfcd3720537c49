#include "tests/waf/support/language_rows.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "waf/engine/rule_set.h"

namespace waf {
namespace {

// Files that some directives and operators name.
std::string folderWithFiles() {
  const auto folder = std::filesystem::temp_directory_path() / "portcullis-language-test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "words.txt") << "attack\n";
  std::ofstream(folder / "nets.txt") << "192.0.2.0/24\n";
  std::ofstream(folder / "a.dtd") << "<!ELEMENT a (#PCDATA)>\n";
  std::ofstream(folder / "a.xsd") << "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
                                     "<xs:element name='a' type='xs:string'/></xs:schema>\n";
  std::ofstream(folder / "more.conf") << "SecAction \"id:77,phase:1,pass\"\n";
  std::ofstream(folder / "unicode.mapping") << "20127 (US-ASCII)\n";
  return folder.string();
}

}  // namespace

void checkRow(const LanguageRow& row) {
  const auto loaded =
      RuleSet::loadText("\n" + row.text + "\n", "rules.conf", folderWithFiles(), false);
  std::string messages;
  for (const Diagnostic& diagnostic : loaded.diagnostics) messages += diagnostic.toString() + "\n";
  if (row.refusal.empty()) {
    EXPECT_NE(loaded.rule_set, nullptr) << row.text << "\n" << messages;
    return;
  }
  EXPECT_EQ(loaded.rule_set, nullptr) << row.text << " must be refused";
  EXPECT_EQ(messages.find("rules.conf:2: "), 0u) << row.text << "\n" << messages;
  EXPECT_NE(messages.find(row.refusal), std::string::npos) << row.text << "\n" << messages;
}

}  // namespace waf
