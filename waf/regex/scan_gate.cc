// Rules against obfuscated commands allow quotes and the like between any two letters:
//
//   c["'\)]*(?:\$[a-z]*)?\x5c?u["'\)]*(?:\$[a-z]*)?\x5c?r["'\)]*(?:\$[a-z]*)?\x5c?l
//
// Such optional parts make the automaton huge, and are seldom used. So we cut out each optional
// part that can only begin with rare bytes ("relaxed": curl). A match of the original either leaves
// all cut parts empty, and then the relaxed pattern matches the same bytes, or the first of them
// that is not empty begins with a rare byte just after one of the bytes that can come before it
// ("marker": [curl]["'\)\$\x5c]). A part is cut only when something that takes bytes is known to
// come before it, for the marker would else be any quote.
//
// Lookarounds are cut, too: without them the pattern matches more. The second gate leaves out all
// that comes before the longest item of the outermost sequence that takes bytes, such as the list
// of commands after all that can come before a command.
//
// The reader knows, for each piece of the pattern, whether it may be empty, which bytes can begin
// it, and which can end it when all cut parts are empty. What it does not know ends the derivation.

#include "waf/regex/scan_gate.h"

#include "waf/regex/byte_set.h"

namespace waf {
namespace {

constexpr int kMaxDepth = 100;

// Letters, digits, and the punctuation of plain text are not rare.
ByteSet commonBytes() {
  ByteSet common =
      byteRange('A', 'Z') | byteRange('a', 'z') | byteRange('0', '9') | byteRange(9, 13);
  for (const char c : std::string_view(" _-.,:/")) common.set(static_cast<unsigned char>(c));
  return common;
}

struct Piece {
  bool nullable = true;
  ByteSet first;
  ByteSet last;
};

class GateReader {
 public:
  explicit GateReader(std::string_view pattern) : text_(pattern), common_(commonBytes()) {}

  std::vector<ScanGate> derive() {
    readAlternation(0);
    if (failed_ || at_ != text_.size()) return {};
    std::vector<ScanGate> gates;
    if (!cuts_.empty()) gates.push_back(gateFrom("", 0));
    const size_t flags = leadingFlagsLength();
    if (!has_branches_ && !has_later_flags_ && core_from_ > flags) {
      gates.push_back(gateFrom(text_.substr(0, flags), core_from_));
    }
    return gates;
  }

 private:
  // In the order of the text, none within another. Without `begin`: a lookaround.
  struct Cut {
    size_t from;
    size_t to;
    ByteSet before;
    ByteSet begin;
  };

  // What is left of the text from `start` on.
  ScanGate gateFrom(std::string_view flags, size_t start) const {
    ScanGate gate{.relaxed = std::string(flags), .marker = ""};
    ByteSet before;
    ByteSet begin;
    for (const Cut& cut : cuts_) {
      if (cut.from < start) continue;
      // What stood on either side must not become one thing (\x4 and 1).
      gate.relaxed.append(text_.substr(start, cut.from - start)).append("(?:)");
      start = cut.to;
      before |= cut.before;
      begin |= cut.begin;
    }
    gate.relaxed += text_.substr(start);
    if (begin.any()) gate.marker = toClass(withBothCases(before)) + toClass(begin);
    return gate;
  }

  void fail() { failed_ = true; }
  bool atEnd() const { return failed_ || at_ >= text_.size(); }
  bool looksAt(std::string_view expected) const { return text_.substr(at_).starts_with(expected); }

  Piece readAlternation(int depth) {
    Piece whole = readSequence(depth);
    while (!atEnd() && text_[at_] == '|') {
      ++at_;
      has_branches_ = has_branches_ || depth == 0;
      const Piece branch = readSequence(depth);
      whole.nullable = whole.nullable || branch.nullable;
      whole.first |= branch.first;
      whole.last |= branch.last;
    }
    return whole;
  }

  Piece readSequence(int depth) {
    Piece whole;
    // What can come just before the next item; nothing is known at the start of a group, which may
    // be a loop.
    bool known = false;
    ByteSet before;
    while (!atEnd() && text_[at_] != '|' && text_[at_] != ')') {
      const size_t from = at_;
      const size_t cuts = cuts_.size();
      Piece item = readItem(depth);
      if (failed_) return {};
      if (whole.nullable) whole.first |= item.first;
      const bool rare = item.first.any() && (item.first & common_).none();
      if (item.nullable && rare && known) {
        cuts_.resize(cuts);
        cuts_.push_back({from, at_, before, item.first});
        continue;
      }
      if (item.nullable) {
        before |= item.last;
        whole.last |= item.last;
      } else {
        before = whole.last = item.last;
        known = true;
        whole.nullable = false;
        if (depth == 0) noteCore(from);
      }
    }
    return whole;
  }

  // An item of the outermost sequence that takes bytes, read from `from` on.
  void noteCore(size_t from) {
    if (at_ - from <= core_length_) return;
    core_from_ = from;
    core_length_ = at_ - from;
  }

  size_t leadingFlagsLength() const {
    if (!text_.starts_with("(?")) return 0;
    const size_t end = text_.find_first_not_of("ism", 2);
    return end != std::string_view::npos && end > 2 && text_[end] == ')' ? end + 1 : 0;
  }

  // An atom and its quantifier.
  Piece readItem(int depth) {
    const size_t from = at_;
    const size_t cuts = cuts_.size();
    Piece atom;
    const char c = text_[at_];
    const bool lookaround = looksAt("(?=") || looksAt("(?!") || looksAt("(?<=") || looksAt("(?<!");
    if (c == '(') {
      atom = readGroup(depth);
      if (lookaround) atom = {};
    } else if (c == '\\') {
      atom = readEscape();
    } else if (c == '[') {
      atom = ofBytes(readByteClass(text_, &at_));
    } else if (c == '^' || c == '$') {
      ++at_;
    } else if (c == '.') {
      ++at_;
      atom = ofBytes(ByteSet().set());
    } else if (std::string_view("*+?{").find(c) != std::string_view::npos) {
      fail();
    } else {
      ++at_;
      atom = ofBytes(withBothCases(ByteSet().set(static_cast<unsigned char>(c))));
    }
    readQuantifier(&atom);
    if (lookaround && !failed_) {
      // With its quantifier, which would else be that of what stands before it.
      cuts_.resize(cuts);
      cuts_.push_back({from, at_, {}, {}});
    }
    return atom;
  }

  Piece ofBytes(const std::optional<ByteSet>& bytes) {
    if (!bytes) {
      fail();
      return {};
    }
    const ByteSet both = withBothCases(*bytes);
    return {.nullable = false, .first = both, .last = both};
  }

  Piece readEscape() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (std::string_view("bBAzZ").find(next) != std::string_view::npos && next != '\0') {
      at_ += 2;
      return {};
    }
    return ofBytes(readByteEscape(text_, &at_));
  }

  Piece readGroup(int depth) {
    if (depth >= kMaxDepth) {
      fail();
      return {};
    }
    constexpr std::string_view kOpenings[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"};
    size_t opening = 1;
    for (const std::string_view candidate : kOpenings) {
      if (looksAt(candidate)) opening = candidate.size();
    }
    if (opening == 1 && looksAt("(*")) fail();
    if (opening == 1 && looksAt("(?")) {
      opening = flagsLength();
      if (opening == 0) fail();
      if (failed_) return {};
      if (text_[at_ + opening - 1] == ')') {
        has_later_flags_ = has_later_flags_ || at_ != 0;
        at_ += opening;
        return {};
      }
    }
    at_ += opening;
    const Piece inside = readAlternation(depth + 1);
    if (atEnd() || text_[at_] != ')') {
      fail();
      return {};
    }
    ++at_;
    return inside;
  }

  // "(?i)" or "(?i:"; i, s and m change no set here, since sets have both cases and ends are not
  // looked at.
  size_t flagsLength() const {
    size_t end = at_ + 2;
    while (end < text_.size() &&
           std::string_view("ism").find(text_[end]) != std::string_view::npos) {
      ++end;
    }
    const bool closed = end < text_.size() && (text_[end] == ')' || text_[end] == ':');
    return closed && end > at_ + 2 ? end + 1 - at_ : 0;
  }

  void readQuantifier(Piece* atom) {
    if (atEnd()) return;
    const char c = text_[at_];
    if (c == '*' || c == '?') {
      atom->nullable = true;
      ++at_;
    } else if (c == '+') {
      ++at_;
    } else if (c == '{') {
      const size_t end = text_.find('}', at_);
      const bool digits = at_ + 1 < text_.size() && text_[at_ + 1] >= '0' && text_[at_ + 1] <= '9';
      if (end == std::string_view::npos || !digits) return fail();
      // {0}, {0,n}, {00,n}: a minimum that starts with 0 counts as none.
      if (text_[at_ + 1] == '0') atom->nullable = true;
      at_ = end + 1;
    } else {
      return;
    }
    if (!atEnd() && (text_[at_] == '?' || text_[at_] == '+')) ++at_;
  }

  std::string_view text_;
  ByteSet common_;
  size_t at_ = 0;
  bool failed_ = false;
  bool has_branches_ = false;     // at the outermost level
  bool has_later_flags_ = false;  // (?i) elsewhere than at the start
  size_t core_from_ = 0;
  size_t core_length_ = 0;
  std::vector<Cut> cuts_;
};

}  // namespace

std::vector<ScanGate> deriveScanGates(std::string_view pattern) {
  return GateReader(pattern).derive();
}

}  // namespace waf
