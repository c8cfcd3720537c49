#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "waf/scan/pattern_database.h"
#include "waf/scan/pattern_judge.h"

namespace waf {

// Databases and verdicts that were made before, in this process (as long as somebody uses the
// database) or in a folder, found by contentHash(). Callable from several threads. The folder is a
// convenience: what is absent, damaged or cannot be written is made again, without a word.
//
//   <hash>.hsdb   a line with the SHA-256 of the rest, then Hyperscan's serialised database
//   verdicts      a line for each judged pattern: hash, scan (0 or 1), matches_empty (0 or 1)
//
// Files are written aside and renamed, so that a reader never sees half of one.
class DatabaseCache {
 public:
  enum class Missing { Compile, LeaveOut };
  explicit DatabaseCache(std::string folder, Missing missing = Missing::Compile);

  // What was measured before, or else presumePattern(), which is not kept when it is a presumption.
  PatternVerdict presume(const DatabasePattern& pattern);
  PatternVerdict judge(const DatabasePattern& pattern);

  // Null when the patterns do not compile together, or are not there and are to be left out.
  std::shared_ptr<const PatternDatabase> database(const std::vector<DatabasePattern>& patterns);

  // Whether something was left out: it is not known what compiling it would have given.
  bool leftSomethingOut() const { return left_out_.load(); }

  // Writes the verdicts that are new since construction.
  void saveVerdicts();

 private:
  using Judge = PatternVerdict(const DatabasePattern& pattern);
  PatternVerdict verdictOf(const DatabasePattern& pattern, Judge* make);
  std::shared_ptr<const PatternDatabase> load(const std::string& hash) const;
  void store(const std::string& hash, const PatternDatabase& database) const;
  void loadVerdicts();

  std::string folder_;  // "" for none
  const Missing missing_;
  std::atomic<bool> left_out_{false};
  std::mutex mutex_;
  std::map<std::string, PatternVerdict> verdicts_;
  bool has_new_verdicts_ = false;
};

}  // namespace waf
