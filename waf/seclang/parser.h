#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "waf/engine/rule_set.h"
#include "waf/seclang/ast.h"

namespace waf {

// Reads SecLang into a Document, following Include. Used on one thread; collects diagnostics
// instead of stopping at the first, up to kMaxDiagnostics.
class Parser {
 public:
  Parser(Document* document, std::vector<Diagnostic>* diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  // Paths below `root` are shown relative to it in diagnostics.
  void setDisplayRoot(const std::string& root) { display_root_ = root; }
  // Include leads nowhere else (RuleSetOptions::confined_to).
  void confine(const std::string& folder) { confined_to_ = folder; }
  // Rules read from now on are of our base text.
  void setBase(bool base) { base_ = base; }
  // SecDefaultAction may be given once per phase and context; each path of a rule set is one.
  void startContext() { default_phases_.clear(); }

  void parseText(std::string_view text, const std::string& display_name, const std::string& folder);
  void parseFile(const std::string& path);

  static constexpr size_t kMaxFileBytes = 100u << 20;
  static constexpr size_t kMaxIncludeDepth = 32;
  static constexpr size_t kMaxRules = 100000;
  static constexpr size_t kMaxDiagnostics = 1000;

 private:
  using Words = std::vector<std::string>;
  using Handler = void (Parser::*)(const Words& words);
  struct Directive {
    std::string_view name;
    Handler handler;
    size_t least;  // arguments
    size_t most;
  };
  static const std::vector<Directive>& directives();
  static const Directive* findDirective(std::string_view name);
  static bool endsInActions(const Directive& directive);

  void parseLine(std::string_view line);
  void error(std::string message);
  void warning(std::string message);
  void report(Diagnostic::Severity severity, std::string message);

  void secRule(const Words& words);
  void secAction(const Words& words);
  void secMarker(const Words& words);
  void secDefaultAction(const Words& words);
  void addRule(RuleAst rule, const std::string& actions);
  void removeById(const Words& words);
  void removeByTag(const Words& words);
  void removeByMessage(const Words& words);
  void updateTargetById(const Words& words);
  void updateTargetByTag(const Words& words);
  void updateTargetByMessage(const Words& words);
  void updateTarget(RuleSelector selector, const Words& words);
  void updateActionById(const Words& words);
  void include(const Words& words);
  void includeOptional(const Words& words);
  void includeFiles(const std::string& pattern, bool optional);
  void includeFile(const std::string& path, bool optional);

  void ruleEngine(const Words& words);
  void requestBodyAccess(const Words& words);
  void requestBodyLimit(const Words& words);
  void requestBodyNoFilesLimit(const Words& words);
  void requestBodyLimitAction(const Words& words);
  void requestBodyJsonDepthLimit(const Words& words);
  void argumentsLimit(const Words& words);
  void uploadFileLimit(const Words& words);
  void argumentSeparator(const Words& words);
  void responseBodyAccess(const Words& words);
  void responseBodyLimit(const Words& words);
  void responseBodyLimitAction(const Words& words);
  void responseBodyMimeType(const Words& words);
  void responseBodyMimeTypesClear(const Words& words);
  void pcreMatchLimit(const Words& words);
  void pcreMatchLimitRecursion(const Words& words);
  void geoLookupDb(const Words& words);
  void parseXmlIntoArgs(const Words& words);
  void httpBlKey(const Words& words);
  void collectionTimeout(const Words& words);
  void componentSignature(const Words& words);
  void webAppId(const Words& words);
  void cookieFormat(const Words& words);
  void unicodeMapFile(const Words& words);
  void cookieV0Separator(const Words& words);
  void unicodeCodePage(const Words& words);
  void uploadKeepFiles(const Words& words);
  void uploadDir(const Words& words);
  void accepted(const Words& words);
  void acceptedMode(const Words& words);
  void acceptedNumber(const Words& words);
  void acceptedPattern(const Words& words);
  void auditLogParts(const Words& words);
  void debugLogLevel(const Words& words);
  void choice(const Words& words);
  void refused(const Words& words);

  void loadUnicodeMap(const std::string& path, uint64_t code_page);
  bool onOff(const Words& words, bool* out);
  bool number(const std::string& text, uint64_t most, uint64_t* out);
  bool parseIds(const Words& words, size_t first, size_t last, RuleSelector* out);
  std::string resolve(const std::string& path) const;
  std::string displayName(const std::string& path) const;

  Document* document_;
  std::vector<Diagnostic>* diagnostics_;
  std::string display_root_;
  std::string confined_to_;
  bool base_ = false;
  SourcePosition position_;
  std::string folder_;
  std::string_view line_text_;
  std::vector<std::string> include_stack_;
  std::vector<int> default_phases_;
  std::string unicode_file_;
  std::string directive_;  // as written
  bool response_types_set_ = false;
  size_t rules_ = 0;
};

// "Off", "On" or "OnlyArgs"; false when it is none of them.
bool parseXmlArguments(std::string_view text, XmlArguments* out);

// "a-b" or "a"; false when it is not a range of rule ids.
bool parseIdRange(std::string_view text, std::pair<int64_t, int64_t>* out);

// "1" … "5" or "request", "response", "logging"; 0 when it is not a phase.
int parsePhase(std::string_view text);

}  // namespace waf
