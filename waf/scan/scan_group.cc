#include "waf/scan/scan_group.h"

#include <algorithm>
#include <cstring>

#include "waf/regex/lazy_automaton.h"
#include "waf/scan/pattern_database.h"

namespace waf {
namespace {

struct HitContext {
  const std::vector<uint32_t>* first;
  const std::vector<uint32_t>* slots;
  BitSet* hits;
};

void recordHit(unsigned pattern, void* context) {
  const auto& hit = *static_cast<HitContext*>(context);
  for (uint32_t i = (*hit.first)[pattern]; i < (*hit.first)[pattern + 1]; ++i) {
    hit.hits->set((*hit.slots)[i]);
  }
}

// Copies a value and returns where it ends. Values are short: a call for each costs more than the
// copying, so that up to two words go here, the second over the end of the first.
template <typename Word>
void copyTwo(const char* from, size_t size, char* to) {
  Word first;
  Word last;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + size - sizeof last, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof last, &last, sizeof last);
}

char* append(std::string_view value, char* to) {
  const size_t size = value.size();
  if (size > 16) {
    std::memcpy(to, value.data(), size);
  } else if (size >= 8) {
    copyTwo<uint64_t>(value.data(), size, to);
  } else if (size >= 4) {
    copyTwo<uint32_t>(value.data(), size, to);
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = value[i];
  }
  return to + size;
}

}  // namespace

ScanGroup::~ScanGroup() = default;

std::string_view ScanGroup::join(std::span<const std::string_view> values) {
  if (values.size() == 1) return values.front();
  constexpr size_t kKeptBytes = 1024 * 1024;
  thread_local std::vector<char> buffer;
  size_t size = values.size();
  for (const std::string_view value : values) size += value.size();
  if (buffer.size() > kKeptBytes) buffer = {};
  if (buffer.size() < size) buffer.resize(size);
  char* end = buffer.data();
  for (const std::string_view value : values) {
    end = append(value, end);
    *end++ = '\n';
  }
  return {buffer.data(), size - 1};
}

void ScanGroup::scan(std::span<const std::string_view> values, BitSet& hits) const {
  scanTogether(values, hits);
  for (const std::string_view value : values) scanEach(value, hits);
}

void ScanGroup::scanEach(std::string_view value, BitSet& hits) const {
  for (const ByteSlot& pattern : each_) {
    if (pattern.any_value || pattern.finder.isIn(value)) hits.set(pattern.slot);
  }
}

void ScanGroup::scanTogether(std::span<const std::string_view> values, BitSet& hits) const {
  if (values.empty()) return hits.clear(slots());
  const bool joins = joined_.database != nullptr || !automata_.empty();
  scanJoined(joins ? join(values) : values.front(), values, hits);
}

void ScanGroup::scanJoined(std::string_view text, std::span<const std::string_view> values,
                           BitSet& hits) const {
  hits = always_;
  runAutomata(text, hits);
  if (joined_.database != nullptr) {
    if (joined_.gate.mayMatch(text)) scanPart(joined_, text, hits);
    // An empty value at the end of the buffer has no line of its own.
    if (joined_.matches_any_empty &&
        std::any_of(values.begin(), values.end(), [](std::string_view v) { return v.empty(); })) {
      hits.add(joined_.matches_empty);
    }
  }
  if (passing_.database != nullptr) scanPassing(values, hits);
  if (separate_.database == nullptr) return;
  for (const std::string_view value : values) {
    if (value.empty()) {
      if (separate_.matches_any_empty) hits.add(separate_.matches_empty);
    } else if (separate_.gate.mayMatch(value)) {
      scanPart(separate_, value, hits);
    }
  }
}

void ScanGroup::runAutomata(std::string_view text, BitSet& hits) const {
  constexpr size_t kMost = LazyAutomaton::kMaxTogether;
  for (size_t first = 0; first < automata_.size(); first += kMost) {
    std::array<const LazyAutomaton*, kMost> wanted;
    std::array<uint32_t, kMost> slots;
    std::array<uint64_t, kMost> found;
    size_t count = 0;
    for (size_t i = first; i < std::min(first + kMost, automata_.size()); ++i) {
      if (!automata_[i].gate.mayMatch(text)) continue;
      wanted[count] = automata_[i].states.get();
      slots[count++] = automata_[i].slot;
    }
    LazyAutomaton::scanTogether({wanted.data(), count}, text, {found.data(), count});
    for (size_t i = 0; i < count; ++i) {
      if (found[i] != 0) hits.set(slots[i]);
    }
  }
}

void ScanGroup::scanPassing(std::span<const std::string_view> values, BitSet& hits) const {
  thread_local std::vector<std::string_view> passing;
  passing.clear();
  for (const std::string_view value : values) {
    if (passing_.gate.mayMatch(value)) passing.push_back(value);
  }
  if (passing.empty()) return;
  scanPart(passing_, passing.size() == 1 ? passing.front() : join(passing), hits);
}

void ScanGroup::scanPart(const Part& part, std::string_view buffer, BitSet& hits) const {
  if (buffer.empty()) return;
  HitContext context{&part.first, &part.slots, &hits};
  if (!part.database->scan(buffer, recordHit, &context)) hits.setAll();
}

bool ScanGroup::rulesOut(const ByteMask& bytes, bool any_empty) const {
  for (const Part* part : parts()) {
    if (part->database == nullptr) continue;
    if ((any_empty && part->matches_any_empty) || part->gate.mayMatch(bytes)) return false;
  }
  const auto finds = [&](const Automaton& automaton) { return automaton.gate.mayMatch(bytes); };
  const auto holds = [&](const ByteSlot& pattern) {
    return pattern.any_value || bytes.intersects(pattern.bytes);
  };
  return std::none_of(automata_.begin(), automata_.end(), finds) &&
         std::none_of(each_.begin(), each_.end(), holds);
}

ByteMask ScanGroup::passing() const {
  ByteMask out;
  for (const Part* part : parts()) {
    if (part->database != nullptr) out.add(part->gate.anyOf());
  }
  for (const Automaton& automaton : automata_) out.add(automaton.gate.anyOf());
  for (const ByteSlot& pattern : each_) {
    out.add(pattern.any_value ? ByteMask::all() : pattern.bytes);
  }
  return out;
}

bool ScanGroup::passesEmpty() const {
  const auto passes = [](const Part* part) {
    return part->database != nullptr && (part->matches_any_empty || part->gate.isOpen());
  };
  const auto all = parts();
  return std::any_of(all.begin(), all.end(), passes) ||
         std::any_of(automata_.begin(), automata_.end(),
                     [](const Automaton& automaton) { return automaton.gate.isOpen(); }) ||
         std::any_of(each_.begin(), each_.end(),
                     [](const ByteSlot& pattern) { return pattern.any_value; });
}

size_t ScanGroup::databases() const {
  const auto all = parts();
  return static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [](const Part* part) { return part->database != nullptr; }));
}

size_t ScanGroup::databaseBytes() const {
  size_t total = 0;
  for (const Part* part : parts()) {
    if (part->database != nullptr) total += part->database->bytes();
  }
  return total;
}

size_t ScanGroupBuilder::add(std::vector<Operator::ScanPattern> patterns) {
  slots_.push_back(std::move(patterns));
  return slots_.size() - 1;
}

}  // namespace waf
