#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "waf/regex/byte_set.h"

namespace waf {

// Patterns as the instructions of one machine that looks for all of them at once, without memory of
// what it has read but where it is. Built at load, then immutable.
struct PatternProgram {
  enum class Kind : uint8_t { Bytes, Fork, Assertion, Match };
  // True between two bytes. A line ends at a line feed and at the end of the text; what PCRE2 says
  // of the text's own ends is taken for that.
  enum class Assertion : uint8_t { LineBegin, LineEnd, WordBoundary, NoWordBoundary };

  struct Instruction {
    Kind kind = Kind::Match;
    Assertion assertion = Assertion::LineBegin;
    uint32_t operand = 0;  // Bytes: index into sets; Match: number of the pattern
    uint32_t next = 0;
    uint32_t other = 0;  // Fork
  };

  std::vector<Instruction> instructions;
  std::vector<ByteSet> sets;
  std::vector<uint32_t> starts;  // of pattern 0, 1, …

  static constexpr size_t kMaxInstructions = 60'000;
};

// Adds a pattern, as waf::Regex understands it, under the next number. A value that it matches is
// one that the program finds. The reverse holds when the result is true; it is false for a pattern
// that was widened (lookarounds hold always). Empty, and nothing is added, for one that is not
// understood, has back references and the like, or is too large.
std::optional<bool> addPattern(std::string_view pattern, bool caseless, PatternProgram* program);

}  // namespace waf
