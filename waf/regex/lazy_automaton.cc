// The subset construction, done as far as texts ask for it. A state is
//
//   - the instructions that the next byte may take on from (Bytes), or that wait to see it
//   (Assertion),
//     without those with which a pattern begins: they are in every state
//   - what the byte before was: an assertion looks at both of its neighbours
//   - the patterns that have just matched
//
// Bytes that no instruction tells apart are one class, and a state's row in the table has a place
// for each class and one for the end of the text. A place holds the row of the state that follows;
// bit 0 says that there is something to do: the state is not made yet, or patterns have matched.

#include "waf/regex/lazy_automaton.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <map>
#include <unordered_map>
#include <vector>

namespace waf {
namespace {

using Kind = PatternProgram::Kind;
using Assertion = PatternProgram::Assertion;

enum class Neighbour : uint8_t { LineEdge, Word, Other };

constexpr uint32_t kToDo = 1;                  // bit 0 of a place in the table
constexpr size_t kMaxBytes = 4 * 1024 * 1024;  // of one thread's states of one automaton
// States that one scan may make: some at the start, then as many as bytes / kBytesPerState.
constexpr size_t kFreeStates = 256;
constexpr size_t kBytesPerState = 16;

bool isWord(unsigned byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= 'a' && byte <= 'z') || byte == '_';
}

bool holds(Assertion assertion, Neighbour before, Neighbour after) {
  switch (assertion) {
    case Assertion::LineBegin:
      return before == Neighbour::LineEdge;
    case Assertion::LineEnd:
      return after == Neighbour::LineEdge;
    case Assertion::WordBoundary:
      return (before == Neighbour::Word) != (after == Neighbour::Word);
    case Assertion::NoWordBoundary:
      return (before == Neighbour::Word) == (after == Neighbour::Word);
  }
  return true;
}

uint64_t nextSerial() {
  static std::atomic<uint64_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

struct LazyAutomaton::Shared {
  explicit Shared(PatternProgram patterns) : program(std::move(patterns)) {
    for (const auto& instruction : program.instructions) {
      if (instruction.kind != Kind::Assertion) continue;
      const bool of_lines = instruction.assertion == Assertion::LineBegin ||
                            instruction.assertion == Assertion::LineEnd;
      (of_lines ? looks_for_lines : looks_for_words) = true;
    }
    std::vector<ByteSet> dividers = program.sets;
    if (looks_for_words) {
      ByteSet words;
      for (unsigned byte = 0; byte < 256; ++byte) words.set(byte, isWord(byte));
      dividers.push_back(words);
    }
    if (looks_for_lines) dividers.push_back(ByteSet().set('\n'));
    std::map<std::vector<bool>, unsigned> known;
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::vector<bool> members;
      for (const ByteSet& set : dividers) members.push_back(set.test(byte));
      const auto [found, added] = known.emplace(members, static_cast<unsigned>(known.size()));
      class_of[byte] = static_cast<uint8_t>(found->second);
      if (added) samples.push_back(static_cast<uint8_t>(byte));
    }
    row_bits = static_cast<unsigned>(std::bit_width(samples.size()));
    findReached();
    for (const ByteSet& set : program.sets) {
      ByteSet classes;
      for (size_t i = 0; i < samples.size(); ++i) classes.set(i, set.test(samples[i]));
      takes.push_back(classes);
    }
  }

  size_t end() const { return samples.size(); }  // the class of the end of the text
  Neighbour neighbour(size_t byte_class) const {
    // A distinction that no assertion makes would only make more states.
    if (looks_for_lines && (byte_class == end() || samples[byte_class] == '\n')) {
      return Neighbour::LineEdge;
    }
    return looks_for_words && byte_class != end() && isWord(samples[byte_class]) ? Neighbour::Word
                                                                                 : Neighbour::Other;
  }

  // For each instruction that follows Bytes: the Bytes, Assertions and Matches that come next,
  // without looking at a byte.
  void findReached() {
    const auto& instructions = program.instructions;
    std::vector<bool> follows(instructions.size(), false);
    for (const auto& instruction : instructions) {
      if (instruction.kind == Kind::Bytes) follows[instruction.next] = true;
    }
    std::vector<size_t> seen(instructions.size(), 0);
    std::vector<uint32_t> open;
    reached_from.assign(instructions.size() + 1, 0);
    for (size_t i = 0; i < instructions.size(); ++i) {
      reached_from[i] = static_cast<uint32_t>(reached.size());
      if (!follows[i]) continue;
      open.assign(1, static_cast<uint32_t>(i));
      while (!open.empty()) {
        const uint32_t index = open.back();
        open.pop_back();
        if (seen[index] == i + 1) continue;
        seen[index] = i + 1;
        if (instructions[index].kind != Kind::Fork) {
          reached.push_back(index);
          continue;
        }
        open.push_back(instructions[index].other);
        open.push_back(instructions[index].next);
      }
    }
    reached_from.back() = static_cast<uint32_t>(reached.size());
  }

  PatternProgram program;
  uint64_t serial = nextSerial();
  bool looks_for_words = false;
  bool looks_for_lines = false;
  std::array<uint8_t, 256> class_of{};
  std::vector<uint8_t> samples;  // a byte of each class
  std::vector<ByteSet> takes;    // the classes of each of the program's sets
  unsigned row_bits = 0;
  std::vector<uint32_t> reached;
  std::vector<uint32_t> reached_from;  // by instruction: from there to where the next one's begin
};

// What one thread has made of one automaton.
class AutomatonStates {
 public:
  using Shared = LazyAutomaton::Shared;

  explicit AutomatonStates(std::shared_ptr<const Shared> shared)
      : owner_(shared),
        shared_(*shared),
        seen_(shared_.program.instructions.size(), 0),
        marked_((shared_.program.instructions.size() + 63) / 64, 0),
        beginnings_(3 * (shared_.end() + 1)) {
    reset();
  }

  // The calling thread's; those of automatons that are gone are given up when a new one comes.
  static AutomatonStates& ofThread(const std::shared_ptr<const Shared>& shared) {
    thread_local std::vector<std::unique_ptr<AutomatonStates>> all;
    const uint64_t serial = shared->serial;
    if (serial >= all.size()) all.resize(serial + 1);
    if (all[serial] == nullptr) {
      for (auto& states : all) {
        if (states != nullptr && states->owner_.expired()) states.reset();
      }
      all[serial] = std::make_unique<AutomatonStates>(shared);
    }
    return *all[serial];
  }

  // Where a scan is.
  struct Walk {
    uint32_t row = 0;
    size_t may_make = 0;  // states
    uint64_t found = 0;
  };

  Walk begin(std::string_view text) const {
    return {.row = start_, .may_make = kFreeStates + text.size() / kBytesPerState};
  }

  // Goes on from text[at] to the end, and returns what was found.
  uint64_t finish(Walk walk, std::string_view text, size_t at) {
    const uint8_t* class_of = shared_.class_of.data();
    const uint32_t* table = table_.data();
    for (; at < text.size(); ++at) {
      const size_t byte_class = class_of[static_cast<unsigned char>(text[at])];
      const uint32_t place = table[walk.row + byte_class];
      if ((place & kToDo) == 0) {
        walk.row = place;
        continue;
      }
      if (!goOn(&walk, byte_class)) return walk.found;
      table = table_.data();
    }
    const uint32_t place = table_[walk.row + shared_.end()];
    if ((place & kToDo) != 0) goOn(&walk, shared_.end());
    return walk.found;
  }

  // N scans up to where one of them is over or the text is; returns that place, at which none has
  // looked at the byte yet. `over` is the bit of each scan that needs no finish().
  template <size_t N>
  static size_t walkTogether(const std::array<AutomatonStates*, N>& lanes,
                             std::array<Walk, N>* walks, std::string_view text, unsigned* over) {
    std::array<const uint8_t*, N> class_of;
    std::array<const uint32_t*, N> tables;
    std::array<uint32_t, N> rows;
    for (size_t i = 0; i < N; ++i) {
      class_of[i] = lanes[i]->shared_.class_of.data();
      tables[i] = lanes[i]->table_.data();
      rows[i] = (*walks)[i].row;
    }
    size_t at = 0;
    for (; at < text.size() && *over == 0; ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      std::array<uint32_t, N> places;
      uint32_t any = 0;
#pragma GCC unroll 4
      for (size_t i = 0; i < N; ++i) {
        places[i] = tables[i][rows[i] + class_of[i][byte]];
        any |= places[i];
      }
      if ((any & kToDo) == 0) {
#pragma GCC unroll 4
        for (size_t i = 0; i < N; ++i) rows[i] = places[i];
        continue;
      }
#pragma GCC unroll 4
      for (size_t i = 0; i < N; ++i) {
        if ((places[i] & kToDo) == 0) {
          rows[i] = places[i];
          continue;
        }
        Walk& walk = (*walks)[i];
        walk.row = rows[i];
        if (!lanes[i]->goOn(&walk, class_of[i][byte])) *over |= 1U << i;
        rows[i] = walk.row;
        tables[i] = lanes[i]->table_.data();
      }
    }
    for (size_t i = 0; i < N; ++i) (*walks)[i].row = rows[i];
    return at;
  }

  size_t count() const { return states_.size(); }

 private:
  struct State {
    uint32_t first = 0;  // of pool_
    uint32_t count = 0;
    Neighbour before = Neighbour::Other;
    uint64_t matched = 0;
  };
  struct Step {
    bool known = false;
    uint64_t matched = 0;
    std::vector<uint32_t> next;
  };

  uint64_t allPatterns() const {
    const size_t count = shared_.program.starts.size();
    return count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
  }

  // The step of a place where there is something to do. False when the scan is over: all patterns
  // are found, or it is given up.
  bool goOn(Walk* walk, size_t byte_class) {
    uint32_t place = table_[walk->row + byte_class];
    if (place == kToDo) {
      if (walk->may_make == 0) {
        walk->found = allPatterns();
        return false;
      }
      --walk->may_make;
      place = make(walk->row, byte_class);
    }
    walk->row = place & ~kToDo;
    walk->found |= states_[walk->row >> shared_.row_bits].matched;
    return walk->found != allPatterns();
  }

  void reset() {
    table_.clear();
    states_.clear();
    pool_.clear();
    by_hash_.clear();
    next_.clear();
    start_ = intern(shared_.looks_for_lines ? Neighbour::LineEdge : Neighbour::Other, 0) & ~kToDo;
  }

  size_t bytes() const {
    constexpr size_t kHashEntry = 48;
    return (table_.size() + pool_.size()) * sizeof(uint32_t) +
           states_.size() * (sizeof(State) + kHashEntry);
  }

  // Makes what follows the state of `row` after a byte of the class; returns what the table then
  // holds there.
  uint32_t make(uint32_t row, size_t byte_class) {
    const State from = states_[row >> shared_.row_bits];
    const Neighbour after = shared_.neighbour(byte_class);
    const Step& begun = beginnings(from.before, byte_class);
    uint64_t matched = begun.matched;
    for (const uint32_t index : begun.next) mark(index);
    startVisit();
    for (uint32_t i = 0; i < from.count; ++i) {
      step(pool_[from.first + i], from.before, after, byte_class, &matched);
    }
    takeMarked();
    if (bytes() > kMaxBytes) {
      // The row is gone with all others: the scan goes on from the new state.
      const std::vector<uint32_t> kept = next_;
      reset();
      next_ = kept;
      return intern(after, matched);
    }
    const uint32_t place = intern(after, matched);
    table_[row + byte_class] = place;
    return place;
  }

  // What the patterns' beginnings add to any state.
  const Step& beginnings(Neighbour before, size_t byte_class) {
    Step& step_made = beginnings_[static_cast<size_t>(before) * (shared_.end() + 1) + byte_class];
    if (step_made.known) return step_made;
    step_made.known = true;
    startVisit();
    for (const uint32_t start : shared_.program.starts) {
      step(start, before, shared_.neighbour(byte_class), byte_class, &step_made.matched);
    }
    takeMarked();
    step_made.next = next_;
    return step_made;
  }

  // Marks what comes after a byte of the class, from the instruction on.
  void step(uint32_t start, Neighbour before, Neighbour after, size_t byte_class,
            uint64_t* matched) {
    open_.assign(1, start);
    while (!open_.empty()) {
      const uint32_t index = open_.back();
      open_.pop_back();
      const auto& instruction = shared_.program.instructions[index];
      if (instruction.kind == Kind::Bytes) {
        // The end of the text is a class of its own, and no byte.
        const bool takes =
            byte_class != shared_.end() && shared_.takes[instruction.operand].test(byte_class);
        if (takes) advance(instruction.next, matched);
        continue;
      }
      if (seen_[index] == visit_) continue;
      seen_[index] = visit_;
      if (instruction.kind == Kind::Match) {
        *matched |= uint64_t{1} << instruction.operand;
      } else if (instruction.kind == Kind::Fork) {
        open_.push_back(instruction.other);
        open_.push_back(instruction.next);
      } else if (holds(instruction.assertion, before, after)) {
        open_.push_back(instruction.next);
      }
    }
  }

  void advance(uint32_t instruction, uint64_t* matched) {
    const uint32_t end = shared_.reached_from[instruction + 1];
    for (uint32_t i = shared_.reached_from[instruction]; i < end; ++i) {
      const uint32_t index = shared_.reached[i];
      const auto& reached = shared_.program.instructions[index];
      if (reached.kind == Kind::Match) {
        *matched |= uint64_t{1} << reached.operand;
      } else {
        mark(index);
      }
    }
  }

  void startVisit() {
    if (++visit_ != 0) return;
    std::fill(seen_.begin(), seen_.end(), 0);
    visit_ = 1;
  }

  void mark(uint32_t index) { marked_[index / 64] |= uint64_t{1} << (index % 64); }

  // Moves the marks to next_, in order.
  void takeMarked() {
    next_.clear();
    for (size_t i = 0; i < marked_.size(); ++i) {
      for (uint64_t word = marked_[i]; word != 0; word &= word - 1) {
        next_.push_back(static_cast<uint32_t>(i * 64) +
                        static_cast<uint32_t>(std::countr_zero(word)));
      }
      marked_[i] = 0;
    }
  }

  // The state of next_, made when there is none yet: its row, with bit 0 when patterns matched.
  uint32_t intern(Neighbour before, uint64_t matched) {
    uint64_t hash = (matched + 1) * 0x9fb21c651e98df25ULL + static_cast<uint64_t>(before);
    for (const uint32_t index : next_) hash = (hash ^ index) * 0x9fb21c651e98df25ULL;
    hash ^= hash >> 32;
    const auto [first, last] = by_hash_.equal_range(hash);
    for (auto entry = first; entry != last; ++entry) {
      const State& known = states_[entry->second];
      if (known.before == before && known.matched == matched && known.count == next_.size() &&
          std::equal(next_.begin(), next_.end(), pool_.begin() + known.first)) {
        return placeOf(entry->second);
      }
    }
    const auto number = static_cast<uint32_t>(states_.size());
    states_.push_back({static_cast<uint32_t>(pool_.size()), static_cast<uint32_t>(next_.size()),
                       before, matched});
    pool_.insert(pool_.end(), next_.begin(), next_.end());
    table_.resize(table_.size() + (size_t{1} << shared_.row_bits), kToDo);
    by_hash_.emplace(hash, number);
    return placeOf(number);
  }

  uint32_t placeOf(uint32_t number) const {
    return number << shared_.row_bits | (states_[number].matched != 0 ? kToDo : 0);
  }

  std::weak_ptr<const Shared> owner_;
  const Shared& shared_;
  std::vector<uint32_t> table_;
  std::vector<State> states_;
  std::vector<uint32_t> pool_;
  std::unordered_multimap<uint64_t, uint32_t> by_hash_;
  uint32_t start_ = 0;

  // Of make(): which instructions it has been at, those to go to, and what it found.
  std::vector<uint32_t> seen_;
  uint32_t visit_ = 0;
  std::vector<uint32_t> open_;
  std::vector<uint64_t> marked_;
  std::vector<uint32_t> next_;
  std::vector<Step> beginnings_;
};

LazyAutomaton::LazyAutomaton(PatternProgram program)
    : shared_(std::make_shared<const Shared>(std::move(program))) {}
LazyAutomaton::~LazyAutomaton() = default;

uint64_t LazyAutomaton::scan(std::string_view text) const {
  AutomatonStates& states = AutomatonStates::ofThread(shared_);
  return states.finish(states.begin(text), text, 0);
}

namespace {

template <size_t N>
void scanSideBySide(const std::array<AutomatonStates*, N>& lanes, std::string_view text,
                    uint64_t* found) {
  std::array<AutomatonStates::Walk, N> walks;
  for (size_t i = 0; i < N; ++i) walks[i] = lanes[i]->begin(text);
  unsigned over = 0;
  const size_t at = AutomatonStates::walkTogether(lanes, &walks, text, &over);
  for (size_t i = 0; i < N; ++i) {
    const bool is_over = (over >> i & 1U) != 0;
    found[i] = is_over ? walks[i].found : lanes[i]->finish(walks[i], text, at);
  }
}

}  // namespace

void LazyAutomaton::scanTogether(std::span<const LazyAutomaton* const> automata,
                                 std::string_view text, std::span<uint64_t> found) {
  const auto states = [&](size_t i) { return &AutomatonStates::ofThread(automata[i]->shared_); };
  size_t i = 0;
  for (; i + 4 <= automata.size(); i += 4) {
    scanSideBySide<4>({states(i), states(i + 1), states(i + 2), states(i + 3)}, text, &found[i]);
  }
  if (i + 3 == automata.size()) {
    scanSideBySide<3>({states(i), states(i + 1), states(i + 2)}, text, &found[i]);
  } else if (i + 2 == automata.size()) {
    scanSideBySide<2>({states(i), states(i + 1)}, text, &found[i]);
  } else if (i + 1 == automata.size()) {
    found[i] = automata[i]->scan(text);
  }
}

size_t LazyAutomaton::states() const { return AutomatonStates::ofThread(shared_).count(); }

}  // namespace waf
