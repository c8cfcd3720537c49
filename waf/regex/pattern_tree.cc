// Widened, so that more matches: lookarounds hold always; possessive quantifiers and atomic groups
// give back; \A, \z and \Z hold at any line's end, as "^" does after a last line feed.
#include "waf/regex/pattern_tree.h"

namespace waf {
namespace {

constexpr int kMaxDepth = 100;
constexpr unsigned kMaxRepeat = 1000;

using Node = PatternTree;

class TreeReader {
 public:
  TreeReader(std::string_view pattern, bool caseless) : text_(pattern), caseless_(caseless) {}

  std::optional<Node> read() {
    Node whole = readChoice(0);
    if (failed_ || at_ != text_.size()) return std::nullopt;
    return whole;
  }
  bool exact() const { return exact_; }

 private:
  Node fail() {
    failed_ = true;
    return {};
  }
  bool atEnd() const { return failed_ || at_ >= text_.size(); }
  bool looksAt(std::string_view expected) const { return text_.substr(at_).starts_with(expected); }

  Node readChoice(int depth) {
    Node choice{.kind = Node::Kind::Choice};
    choice.children.push_back(readSequence(depth));
    while (!atEnd() && text_[at_] == '|') {
      ++at_;
      choice.children.push_back(readSequence(depth));
    }
    if (choice.children.size() == 1) return std::move(choice.children.front());
    return choice;
  }

  Node readSequence(int depth) {
    Node sequence{.kind = Node::Kind::Sequence};
    while (!atEnd() && text_[at_] != '|' && text_[at_] != ')') {
      Node atom = readAtom(depth);
      sequence.children.push_back(readQuantifiers(std::move(atom)));
    }
    return sequence;
  }

  Node readAtom(int depth) {
    const char c = text_[at_];
    switch (c) {
      case '(':
        return readGroup(depth);
      case '\\':
        return readEscape();
      case '[':
        return readClass();
      case '^':
        ++at_;
        return ofAssertion(PatternProgram::Assertion::LineBegin);
      case '$':
        ++at_;
        return ofAssertion(PatternProgram::Assertion::LineEnd);
      case '.':
        ++at_;
        return ofBytes(ByteSet().set());
      case '*':
      case '+':
      case '?':
        return fail();
      default:
        ++at_;
        return ofBytes(ByteSet().set(static_cast<unsigned char>(c)));
    }
  }

  Node ofBytes(const std::optional<ByteSet>& bytes) {
    if (!bytes) return fail();
    return {.kind = Node::Kind::Bytes, .bytes = caseless_ ? withBothCases(*bytes) : *bytes};
  }

  Node readClass() {
    const bool negated = looksAt("[^");
    const auto bytes = readByteClass(text_, &at_);
    if (!negated || !bytes || !caseless_) return ofBytes(bytes);
    // What is left out is left out in both cases.
    return {.kind = Node::Kind::Bytes, .bytes = ~withBothCases(~*bytes)};
  }

  static Node ofAssertion(PatternProgram::Assertion assertion) {
    return {.kind = Node::Kind::Assertion, .assertion = assertion};
  }

  Node widened(Node node) {
    exact_ = false;
    return node;
  }

  Node readEscape() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    const auto assertion = [&](PatternProgram::Assertion kind) {
      at_ += 2;
      return ofAssertion(kind);
    };
    switch (next) {
      case 'b':
        return assertion(PatternProgram::Assertion::WordBoundary);
      case 'B':
        return assertion(PatternProgram::Assertion::NoWordBoundary);
      case 'A':
        return widened(assertion(PatternProgram::Assertion::LineBegin));
      case 'z':
      case 'Z':
        return widened(assertion(PatternProgram::Assertion::LineEnd));
      default:
        return ofBytes(readByteEscape(text_, &at_));
    }
  }

  Node readGroup(int depth) {
    if (depth >= kMaxDepth) return fail();
    const bool caseless = caseless_;
    bool lookaround = false;
    if (looksAt("(*")) return fail();
    if (!looksAt("(?")) {
      ++at_;
    } else if (looksAt("(?:")) {
      at_ += 3;
    } else if (looksAt("(?>")) {
      exact_ = false;
      at_ += 3;
    } else if (looksAt("(?=") || looksAt("(?!") || looksAt("(?<=") || looksAt("(?<!")) {
      lookaround = true;
      at_ += looksAt("(?<") ? 4 : 3;
    } else if (!readFlags()) {
      return fail();
    } else if (text_[at_ - 1] == ')') {
      return {};  // for the rest of the group that this is in
    }
    Node inside = readChoice(depth + 1);
    if (atEnd() || text_[at_] != ')') return fail();
    ++at_;
    caseless_ = caseless;
    return lookaround ? widened({}) : inside;
  }

  // "(?i)", "(?-i:" and the like; what else there is between "(?" and its end is not understood.
  bool readFlags() {
    bool on = true;
    for (at_ += 2; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == ')' || c == ':') {
        ++at_;
        return true;
      }
      if (c == '-' && on) {
        on = false;
      } else if (c == 'i') {
        caseless_ = on;
      } else if ((c != 's' && c != 'm') || !on) {
        return false;
      }
    }
    return false;
  }

  Node readQuantifiers(Node atom) {
    while (!atEnd()) {
      unsigned least = 0;
      unsigned most = Node::kNoMaximum;
      const char c = text_[at_];
      if (c == '+') {
        least = 1;
      } else if (c == '?') {
        most = 1;
      } else if (c == '{') {
        const size_t end = readCounts(&least, &most);
        if (end == std::string_view::npos) return fail();
        if (end == 0) return atom;  // a brace
        at_ = end;
      } else if (c != '*') {
        return atom;
      }
      ++at_;
      if (!atEnd() && text_[at_] == '+') exact_ = false;
      if (!atEnd() && (text_[at_] == '?' || text_[at_] == '+')) ++at_;
      Node repeat{.kind = Node::Kind::Repeat, .least = least, .most = most};
      repeat.children.push_back(std::move(atom));
      atom = std::move(repeat);
      // PCRE2 takes no further quantifier here.
      if (!atEnd() && (text_[at_] == '*' || text_[at_] == '+' || text_[at_] == '?')) return fail();
    }
    return atom;
  }

  // Where the closing brace of {n}, {n,} or {n,m} is; 0 when the brace is itself, npos when
  // versions of PCRE2 differ about it ({,m}), and for more than kMaxRepeat.
  size_t readCounts(unsigned* least, unsigned* most) const {
    const size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return 0;
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    if (inside.find_first_not_of("0123456789, ") != std::string_view::npos) return 0;
    const size_t comma = inside.find(',');
    const auto number = [](std::string_view digits, unsigned* out) {
      if (digits.empty() || digits.size() > 4 ||
          digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return false;
      }
      *out = 0;
      for (const char digit : digits) *out = *out * 10 + static_cast<unsigned>(digit - '0');
      return *out <= kMaxRepeat;
    };
    if (!number(inside.substr(0, comma), least)) return std::string_view::npos;
    if (comma == std::string_view::npos) {
      *most = *least;
    } else if (comma + 1 < inside.size() && !number(inside.substr(comma + 1), most)) {
      return std::string_view::npos;
    }
    return *most < *least ? std::string_view::npos : end;
  }

  std::string_view text_;
  bool caseless_;
  size_t at_ = 0;
  bool failed_ = false;
  bool exact_ = true;
};

}  // namespace

std::optional<ReadPattern> readPattern(std::string_view pattern, bool caseless) {
  TreeReader reader(pattern, caseless);
  auto tree = reader.read();
  if (!tree) return std::nullopt;
  return ReadPattern{*std::move(tree), reader.exact()};
}

}  // namespace waf
