#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "waf/base/result.h"

namespace waf {

struct Program;

struct Diagnostic {
  enum class Severity { Error, Warning };
  Severity severity = Severity::Error;
  std::string file;  // as reached from the rule set's path
  int line = 0;
  std::string message;  // lower-case, what, why and the mend

  std::string toString() const;  // "rules/a.conf:12: @rx: missing close parenthesis"
};

// What a site asks of its rule sets; part of the identity of a compiled rule set (sites with equal
// options share).
struct RuleSetOptions {
  std::vector<std::string> paths;  // loaded in this order, each as design.md section 2 says
  std::optional<int> paranoia_level;
  std::optional<int> inbound_threshold;
  std::optional<int> outbound_threshold;
  std::string cache_dir;      // compiled Hyperscan databases by content hash; "" for none
  bool use_hyperscan = true;  // off: PCRE2 decides alone (reference evaluation, CPUs without SSSE3)
  // Hyperscan databases that are not cached are left out, and PCRE2 decides in their place: the set
  // loads at once, and works. RuleSetStatistics::provisional tells.
  bool cached_databases_only = false;
  // What the set includes and its data files must lie below this folder; "" for anywhere. A set
  // that came from elsewhere must not show the machine's files in its diagnostics.
  std::string confined_to;
  // Warn about what is no error and yet hardly meant (waf/engine/lint.h); costs seconds.
  bool lint = false;

  bool operator==(const RuleSetOptions&) const = default;
};

struct RuleSetStatistics {
  size_t rules = 0;         // chain links counted, as written (SecRule and SecAction)
  size_t rx_total = 0;      // @rx operators
  size_t rx_hyperscan = 0;  // of those, the ones whose pattern is in a Hyperscan database
  size_t databases = 0;
  size_t database_bytes = 0;
  std::chrono::milliseconds load_time{};
  bool provisional = false;  // databases were left out (RuleSetOptions::cached_databases_only)
};

struct RuleSummary {
  int64_t id = 0;
  int phase = 0;
  std::string message;
  std::string severity;
  std::vector<std::string> tags;
  std::string file;
  int line = 0;
  int paranoia_level = 0;  // from the tag paranoia-level/N, 0 when absent
  std::string text;        // the rule as written
};

// A loaded, resolved and compiled rule set. Immutable: any number of loops run transactions on it
// at once; kept alive by shared_ptr from the snapshot and from running transactions.
class RuleSet {
 public:
  using Progress =
      std::function<bool(std::string_view stage, size_t done, size_t total)>;  // false cancels

  struct Loaded {
    std::shared_ptr<const RuleSet> rule_set;  // null when there is an Error among the diagnostics
    std::vector<Diagnostic> diagnostics;
  };
  // Loads and compiles; slow (seconds), never on an event loop. A set that does not load is refused
  // whole.
  static Loaded load(const RuleSetOptions& options, const Progress& progress = {});

  // The same from text, for tests and `inspect`: `text` is one .conf named `name`, with
  // ModSecurity's documented defaults; data files are looked up below `folder`.
  static Loaded loadText(std::string_view text, const std::string& name = "rules.conf",
                         const std::string& folder = "", bool use_hyperscan = true);

  ~RuleSet();
  const RuleSetStatistics& statistics() const { return statistics_; }
  const std::vector<RuleSummary>& rules() const { return rules_; }
  const Program& program() const { return *program_; }

 private:
  RuleSet();
  friend class RuleSetBuilder;
  std::unique_ptr<Program> program_;
  RuleSetStatistics statistics_;
  std::vector<RuleSummary> rules_;
};

}  // namespace waf
