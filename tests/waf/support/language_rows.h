#pragma once

#include <string>

namespace waf {

// A line of SecLang, and what its refusal speaks of ("" for what loads). Both are shown on failure.
struct LanguageRow {
  std::string text;
  std::string refusal = {};
};

// Fails the test when the line loads and should not, or the other way round, or when its
// diagnostic lacks the place or the reason. Data files that it may name: words.txt, nets.txt,
// a.dtd, a.xsd, more.conf, unicode.mapping.
void checkRow(const LanguageRow& row);

}  // namespace waf
