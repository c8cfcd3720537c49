#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "waf/regex/pattern_program.h"

namespace waf {

// A pattern as waf::Regex understands it, read into a tree; only while rule sets are made.
struct PatternTree {
  static constexpr unsigned kNoMaximum = ~0U;

  enum class Kind { Empty, Bytes, Assertion, Sequence, Choice, Repeat };
  Kind kind = Kind::Empty;
  ByteSet bytes;
  PatternProgram::Assertion assertion = PatternProgram::Assertion::LineBegin;
  unsigned least = 0;
  unsigned most = 0;
  std::vector<PatternTree> children;
};

struct ReadPattern {
  PatternTree tree;
  bool exact = true;  // false: the tree matches what the pattern does, and more
};

// Empty for what is not understood, back references and the like.
std::optional<ReadPattern> readPattern(std::string_view pattern, bool caseless);

}  // namespace waf
