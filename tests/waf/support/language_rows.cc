#include "tests/waf/support/language_rows.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "waf/engine/rule_set.h"

namespace waf {
namespace {

// Files that some directives and operators name.
struct LanguageFiles {
  LanguageFiles() {
    folder.write("words.txt", "attack\n");
    folder.write("nets.txt", "192.0.2.0/24\n");
    folder.write("a.dtd", "<!ELEMENT a (#PCDATA)>\n");
    folder.write("a.xsd",
                 "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
                 "<xs:element name='a' type='xs:string'/></xs:schema>\n");
    folder.write("more.conf", "SecAction \"id:77,phase:1,pass\"\n");
    folder.write("unicode.mapping", "20127 (US-ASCII)\n");
  }
  const tests::TemporaryFolder folder;
};

}  // namespace

void checkRow(const LanguageRow& row) {
  static const LanguageFiles files;  // of this process
  const auto loaded =
      RuleSet::loadText("\n" + row.text + "\n", "rules.conf", files.folder.path(), false);
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
