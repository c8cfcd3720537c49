#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "waf/base/result.h"

namespace waf {

struct RegexOptions {
  bool caseless = false;
  uint32_t match_limit = 100000;      // backtracking steps; 0 and more than a million: a million
  uint32_t recursion_limit = 100000;  // depth, where the JIT does not run the pattern
};

// The groups of one match; group 0 is the whole match. A group that took no part is empty.
struct RegexMatch {
  static constexpr size_t kMaxGroups = 10;
  struct Group {
    size_t offset = 0;
    size_t length = 0;
  };
  std::array<Group, kMaxGroups> groups{};
  size_t count = 0;
};

enum class RegexStatus { NoMatch, Match, LimitExceeded };

// A compiled PCRE2 pattern (8-bit, JIT) with the semantics of ModSecurity v3's @rx: bytes, not UTF;
// "." matches a line feed; "^" and "$" match at line feeds too. Immutable and movable; any thread
// may search, match data and JIT stack belong to the thread. Bounded by the limits: a pattern
// cannot stall its caller. What verbs at its start say of limits and the JIT ((*LIMIT_MATCH=…),
// (*NO_JIT)) can only make that narrower. Within a RegexBudget::Scope the searches of a transaction
// are bounded together.
class Regex {
 public:
  static Result<Regex> compile(std::string_view pattern, const RegexOptions& options = {});
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // The leftmost match that starts at or after `offset`. `match` may be null.
  RegexStatus search(std::string_view subject, size_t offset, RegexMatch* match) const;

  // The same, refusing an empty match at `offset` itself.
  RegexStatus searchNotEmptyAt(std::string_view subject, size_t offset, RegexMatch* match) const;

 private:
  struct Code;
  explicit Regex(std::unique_ptr<Code> code);
  RegexStatus run(std::string_view subject, size_t offset, uint32_t flags, RegexMatch* match) const;
  std::unique_ptr<Code> code_;
};

}  // namespace waf
