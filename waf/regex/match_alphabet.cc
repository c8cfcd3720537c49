#include "waf/regex/match_alphabet.h"

#include <vector>

#include "waf/regex/pattern_program.h"

namespace waf {

// Whether there is a way through the program that reads nothing else. Assertions are taken to hold.
bool mayMatchWithin(const ByteSet& alphabet, std::string_view pattern, bool caseless) {
  using Kind = PatternProgram::Kind;
  PatternProgram program;
  if (!addPattern(pattern, caseless, &program)) return true;
  std::vector<bool> reached(program.instructions.size(), false);
  std::vector<uint32_t> open = program.starts;
  while (!open.empty()) {
    const uint32_t index = open.back();
    open.pop_back();
    if (reached[index]) continue;
    reached[index] = true;
    const PatternProgram::Instruction& instruction = program.instructions[index];
    if (instruction.kind == Kind::Match) return true;
    if (instruction.kind == Kind::Bytes && (program.sets[instruction.operand] & alphabet).none()) {
      continue;
    }
    open.push_back(instruction.next);
    if (instruction.kind == Kind::Fork) open.push_back(instruction.other);
  }
  return false;
}

}  // namespace waf
