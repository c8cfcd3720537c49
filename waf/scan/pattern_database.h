#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"
#include "waf/scan/bit_set.h"

struct hs_database;

namespace waf {

// A pattern as Hyperscan compiles it.
struct DatabasePattern {
  std::string expression;
  unsigned flags = 0;  // HS_FLAG_…

  auto operator<=>(const DatabasePattern&) const = default;
};

// A Hyperscan block-mode database; pattern i of the list that it was compiled from has number i.
// Immutable; any thread may scan, the scratch space is the thread's and grows when it meets a
// database that needs more.
class PatternDatabase {
 public:
  // False when this CPU lacks what Hyperscan needs (SSSE3).
  static bool isSupported();

  // The error's message is Hyperscan's; `failed` (may be null) gets the number of the pattern at
  // fault, or -1.
  static Result<std::shared_ptr<const PatternDatabase>> compile(
      const std::vector<DatabasePattern>& patterns, int* failed = nullptr);

  // Bytes for a file, and back; a text that is no database of this version and CPU is an error.
  Result<std::string> serialize() const;
  static Result<std::shared_ptr<const PatternDatabase>> deserialize(std::string_view bytes);

  ~PatternDatabase();
  PatternDatabase(const PatternDatabase&) = delete;
  PatternDatabase& operator=(const PatternDatabase&) = delete;

  // Calls on_match(pattern, context) for each pattern that matches, at most once each. False when
  // the scan did not take place (memory): the caller must then assume that every pattern matches.
  using OnMatch = void (*)(unsigned pattern, void* context);
  bool scan(std::string_view buffer, OnMatch on_match, void* context) const;

  size_t bytes() const;

 private:
  explicit PatternDatabase(hs_database* database);

  hs_database* database_;
  uint64_t serial_;  // never used twice: tells a thread whether its scratch has seen this database
};

}  // namespace waf
