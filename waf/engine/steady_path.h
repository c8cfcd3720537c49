#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "waf/engine/rule.h"
#include "waf/engine/value.h"

namespace waf {

struct Program;

// The way through a phase of a request in which nothing is found, as far as rules are on it that
// only compare TX variables and assign to them: a set's initialisation, its paranoia gates, its
// sums of scores (three fourths of what a plain GET visits of the CRS). What they do depends on
// nothing but the TX variables that they read, so it is found out once, at load. Where those are as
// they were then, the evaluator takes as many steps at once as there are before the next rule that
// must be visited, and puts their outcome in place; else it goes from rule to rule. Immutable; the
// views are of the program's bytes. Equal texts are the same, so that what one path leaves is known
// by its address to the next.
struct SteadyPath {
  struct Step {
    uint32_t position = 0;
    uint32_t end = 0;         // where evaluation goes on
    uint32_t reads_end = 0;   // of those that belong to it and to the steps before
    uint32_t writes_end = 0;  // likewise
    // MATCHED_VARS: a comparison forgets those of before, and so does a rule that is passed over.
    bool compares = false;
    bool passes = false;        // rules between it and the step before
    int32_t matched = -1;       // what it leaves as MATCHED_VAR
    int32_t last_matched = -1;  // the step that left one last: it or one before it
    // So many of it and of the steps before compare, and have rules before them that are passed.
    uint32_t compared = 0;
    uint32_t passed = 0;
  };
  struct Read {
    uint32_t step = 0;
    int32_t known = -1;  // by the step before it that last read or assigned the variable
    int slot = -1;
    bool is_set = false;
    std::string_view text;
  };
  struct Write {
    int slot = -1;
    Value value;  // to be copied
  };
  struct Matched {
    const Target* target = nullptr;
    std::string_view name;
    std::string_view text;
  };

  std::vector<Step> steps;
  std::vector<Read> reads;
  std::vector<Write> writes;
  std::vector<Matched> matched;
  // Positions on the way that are no steps: they end it where they must be visited.
  std::vector<uint64_t> stops;
  std::vector<uint32_t> steps_before;  // by position, and for the end
  RuleBits rules;                      // where one of these is removed the way is another

  size_t firstRead(size_t step) const { return step == 0 ? 0 : steps[step - 1].reads_end; }
  size_t firstWrite(size_t step) const { return step == 0 ? 0 : steps[step - 1].writes_end; }
};

// Makes the paths of all phases; after planPhases(). The reference evaluation has none.
void findSteadyPaths(Program* program);

}  // namespace waf
