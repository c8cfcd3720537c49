#include "waf/engine/rule_set.h"

#include <algorithm>

#include "waf/base/clock.h"
#include "waf/engine/program_builder.h"
#include "waf/engine/rule_set_loader.h"

namespace waf {

std::string Diagnostic::toString() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (!text.empty()) text += ": ";
  return text + message;
}

RuleSet::RuleSet() = default;
RuleSet::~RuleSet() = default;

// Makes a RuleSet out of a Document; one for each load.
class RuleSetBuilder {
 public:
  static RuleSet::Loaded build(Document document, std::vector<Diagnostic> diagnostics,
                               const RuleSetOptions& options, const RuleSet::Progress& progress,
                               MonotonicTime started) {
    ProgramBuilder builder(std::move(document), &diagnostics);
    std::unique_ptr<Program> program = builder.build(options, progress);
    RuleSet::Loaded loaded;
    loaded.diagnostics = std::move(diagnostics);
    if (builder.cancelled()) {
      loaded.diagnostics.push_back(
          {Diagnostic::Severity::Error, "rule set", 0, "loading was cancelled"});
    }
    if (program == nullptr) return loaded;
    std::shared_ptr<RuleSet> set(new RuleSet());
    set->program_ = std::move(program);
    set->statistics_ = builder.statistics();
    set->statistics_.load_time = std::chrono::duration_cast<std::chrono::milliseconds>(
        Clock::system().monotonic() - started);
    set->rules_ = builder.summaries();
    loaded.rule_set = std::move(set);
    return loaded;
  }
};

RuleSet::Loaded RuleSet::load(const RuleSetOptions& options, const Progress& progress) {
  const MonotonicTime started = Clock::system().monotonic();
  std::vector<Diagnostic> diagnostics;
  Document document = RuleSetLoader(options, &diagnostics).read();
  return RuleSetBuilder::build(std::move(document), std::move(diagnostics), options, progress,
                               started);
}

RuleSet::Loaded RuleSet::loadText(std::string_view text, const std::string& name,
                                  const std::string& folder, bool use_hyperscan) {
  const MonotonicTime started = Clock::system().monotonic();
  RuleSetOptions options;
  options.use_hyperscan = use_hyperscan;
  std::vector<Diagnostic> diagnostics;
  Document document;
  Parser parser(&document, &diagnostics);
  if (text.size() > Parser::kMaxFileBytes) {
    diagnostics.push_back({Diagnostic::Severity::Error, name, 0, "the text is larger than 100 MB"});
  } else {
    parser.parseText(text, name, folder);
  }
  return RuleSetBuilder::build(std::move(document), std::move(diagnostics), options, {}, started);
}

}  // namespace waf
