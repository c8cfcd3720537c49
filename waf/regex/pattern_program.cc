// A pattern is read into a tree (pattern_tree.h), since {2,5} repeats what was read before it; the
// tree is then written as instructions (Thompson's construction), from its end to its beginning, so
// that what comes next is always known.

#include "waf/regex/pattern_program.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "waf/regex/pattern_tree.h"

namespace waf {
namespace {

using Node = PatternTree;

class ProgramWriter {
 public:
  explicit ProgramWriter(PatternProgram* program) : program_(*program) {}

  bool write(const Node& tree) {
    const auto number = static_cast<uint32_t>(program_.starts.size());
    const uint32_t match = add({.kind = PatternProgram::Kind::Match, .operand = number});
    program_.starts.push_back(write(tree, match));
    return !full_;
  }

 private:
  using Instruction = PatternProgram::Instruction;

  uint32_t append(const Instruction& instruction) {
    full_ = full_ || program_.instructions.size() >= PatternProgram::kMaxInstructions;
    if (full_) return 0;
    program_.instructions.push_back(instruction);
    return static_cast<uint32_t>(program_.instructions.size() - 1);
  }

  // What does the same and goes on in the same way is the same instruction: alternatives share
  // their endings.
  uint32_t add(const Instruction& instruction) {
    const auto key = std::tuple(instruction.kind, instruction.assertion, instruction.operand,
                                instruction.next, instruction.other);
    const auto [known, is_new] = known_.try_emplace(key, 0);
    if (is_new) known->second = append(instruction);
    return known->second;
  }

  uint32_t fork(uint32_t first, uint32_t second) {
    return add({.kind = PatternProgram::Kind::Fork, .next = first, .other = second});
  }

  uint32_t setOf(const ByteSet& bytes) {
    const auto found = std::find(program_.sets.begin(), program_.sets.end(), bytes);
    const auto index = found - program_.sets.begin();
    if (found == program_.sets.end()) program_.sets.push_back(bytes);
    return static_cast<uint32_t>(index);
  }

  // The first instruction of what does `node` and then `next`.
  uint32_t write(const Node& node, uint32_t next) {
    if (full_) return 0;
    switch (node.kind) {
      case Node::Kind::Empty:
        return next;
      case Node::Kind::Bytes:
        return add(
            {.kind = PatternProgram::Kind::Bytes, .operand = setOf(node.bytes), .next = next});
      case Node::Kind::Assertion:
        return add(
            {.kind = PatternProgram::Kind::Assertion, .assertion = node.assertion, .next = next});
      case Node::Kind::Sequence:
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
          next = write(*child, next);
        }
        return next;
      case Node::Kind::Choice: {
        uint32_t first = write(node.children.back(), next);
        for (size_t i = node.children.size() - 1; i-- > 0;) {
          first = fork(write(node.children[i], next), first);
        }
        return first;
      }
      case Node::Kind::Repeat:
        return writeRepeat(node, next);
    }
    return next;
  }

  uint32_t writeRepeat(const Node& node, uint32_t next) {
    const Node& child = node.children.front();
    if (node.most == Node::kNoMaximum) {
      const uint32_t loop = append({.kind = PatternProgram::Kind::Fork, .next = 0, .other = next});
      const uint32_t body = write(child, loop);
      if (full_) return 0;
      program_.instructions[loop].next = body;
      next = loop;
    } else {
      const uint32_t end = next;
      for (unsigned i = node.least; i < node.most && !full_; ++i) {
        next = fork(write(child, next), end);
      }
    }
    for (unsigned i = 0; i < node.least && !full_; ++i) next = write(child, next);
    return next;
  }

  PatternProgram& program_;
  std::map<
      std::tuple<PatternProgram::Kind, PatternProgram::Assertion, uint32_t, uint32_t, uint32_t>,
      uint32_t>
      known_;
  bool full_ = false;
};

}  // namespace

std::optional<bool> addPattern(std::string_view pattern, bool caseless, PatternProgram* program) {
  const auto read = readPattern(pattern, caseless);
  if (!read) return std::nullopt;
  const size_t instructions = program->instructions.size();
  const size_t sets = program->sets.size();
  if (!ProgramWriter(program).write(read->tree)) {
    program->instructions.resize(instructions);
    program->sets.resize(sets);
    program->starts.pop_back();
    return std::nullopt;
  }
  return read->exact;
}

}  // namespace waf
