#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "waf/regex/pattern_program.h"

namespace waf {

// Says in one pass over a text, a table look-up a byte, which of up to 64 patterns can match in it.
// For patterns whose whole automaton would be huge: its states are made when a text first needs
// them, and kept by the thread, up to a bound. Any thread may call it; nothing is shared but the
// program, so nothing is locked.
class LazyAutomaton {
 public:
  static constexpr size_t kMaxPatterns = 64;
  explicit LazyAutomaton(PatternProgram program);
  ~LazyAutomaton();
  LazyAutomaton(const LazyAutomaton&) = delete;
  LazyAutomaton& operator=(const LazyAutomaton&) = delete;

  // A bit for each pattern; one whose bit is clear certainly does not match. A text that needs new
  // states all the time is given up, and all bits are set: making states must not take long.
  uint64_t scan(std::string_view text) const;

  // Several over the same text, side by side: the look-ups of one hide behind those of the others.
  // `found[i]` is what automata[i]->scan(text) says. At most kMaxTogether.
  static constexpr size_t kMaxTogether = 8;
  static void scanTogether(std::span<const LazyAutomaton* const> automata, std::string_view text,
                           std::span<uint64_t> found);

  // For tests: how many states this thread keeps for it.
  size_t states() const;

 private:
  friend class AutomatonStates;
  struct Shared;  // outlives the automaton in the threads' states
  std::shared_ptr<const Shared> shared_;
};

}  // namespace waf
