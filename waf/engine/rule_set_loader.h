#pragma once

#include <memory>
#include <string>
#include <vector>

#include "waf/engine/program.h"
#include "waf/engine/rule_set.h"
#include "waf/seclang/parser.h"

namespace waf {

// Reads the paths of a rule set into a Document: base text, setup file, the site's levels, rules.
// Used once, at load.
class RuleSetLoader {
 public:
  RuleSetLoader(const RuleSetOptions& options, std::vector<Diagnostic>* diagnostics);

  // The document is complete or errors are among the diagnostics.
  Document read();

 private:
  // A folder that holds a CRS: where its setup file is, "" for another folder.
  static std::string findSetup(const std::string& folder);
  static std::vector<std::string> configurationFiles(const std::string& folder);
  void readPath(const std::string& path);
  void readCrs(const std::string& folder, const std::string& setup);
  void readPlugins(const std::string& folder, std::string_view suffix);
  void readLevels();
  void error(const std::string& path, std::string message);

  const RuleSetOptions& options_;
  std::vector<Diagnostic>* diagnostics_;
  Document document_;
  Parser parser_;
  bool levels_read_ = false;
};

// What ModSecurity's recommended configuration does, in SecLang; CRS-type sets are read after it.
extern const char* const kBaseRules;

}  // namespace waf
