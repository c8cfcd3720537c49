// Walks a PCRE pattern's text, byte by byte:
//
//   \Q … \E                 literal text
//   \ and a byte            escapes; \A \z \Z look at the value's ends; \1 \g \k \K and others have
//                           no equal in Hyperscan
//   [ … ]                   classes, within which "^", "$" and "#" are bytes
//   (?flags) (?flags: …     may switch multi-line mode off, which binds "^" and "$" to the value's
//                           ends, or the extended mode on, which has comments
//   (?= (?! (?<= (?<! (?> (?| (?( (?R) (?1) (?&x) (?P> (?P= (?C (*    not scannable
//   a possessive + after a quantifier                                 not scannable
//
// Hyperscan refuses most of the unscannable ones itself; they are listed so that nothing rests on
// its diagnostics.

#include "waf/regex/scan_syntax.h"

namespace waf {
namespace {

class ScanSyntaxReader {
 public:
  explicit ScanSyntaxReader(std::string_view pattern) : text_(pattern) {}

  ScanSyntax read() {
    while (at_ < text_.size() && result_.scannable) {
      const char c = text_[at_];
      if (c == '\\') {
        readEscape();
      } else if (c == '[') {
        readClass();
      } else if (c == '(') {
        readGroup();
      } else if (c == '#' && extended_) {
        refuse();
      } else if (c == '+' && after_quantifier_) {
        refuse();
      } else {
        readPlain(c);
      }
    }
    if (!result_.scannable) result_.joinable = false;
    return result_;
  }

 private:
  void refuse() { result_.scannable = false; }

  bool looksAt(std::string_view expected) const { return text_.substr(at_).starts_with(expected); }

  void readPlain(char c) {
    if (c == '{') {
      readBrace();
      return;
    }
    if ((c == '^' || c == '$') && single_line_) result_.joinable = false;
    after_quantifier_ = c == '*' || c == '?' || (c == '+' && !after_quantifier_);
    ++at_;
  }

  // {n}, {n,} and {n,m} quantify; any other brace is itself.
  void readBrace() {
    size_t end = at_ + 1;
    while (end < text_.size() && ((text_[end] >= '0' && text_[end] <= '9') || text_[end] == ',')) {
      ++end;
    }
    const bool quantifier =
        end < text_.size() && text_[end] == '}' && end > at_ + 1 && text_[at_ + 1] != ',';
    after_quantifier_ = quantifier;
    at_ = quantifier ? end + 1 : at_ + 1;
  }

  void readEscape() {
    after_quantifier_ = false;
    if (at_ + 1 >= text_.size()) return refuse();
    const char c = text_[at_ + 1];
    at_ += 2;
    constexpr std::string_view kEnds = "AzZG";
    constexpr std::string_view kRefused = "123456789gkKRXCNpPoEhHvVcuULl";
    if (c == 'Q') {
      const size_t end = text_.find("\\E", at_);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else if (c == 'G' || kRefused.find(c) != std::string_view::npos) {
      refuse();
    } else if (kEnds.find(c) != std::string_view::npos) {
      result_.joinable = false;
    }
  }

  // The first "]" after "[" or "[^" is a member. A POSIX class inside has its own brackets.
  void readClass() {
    after_quantifier_ = false;
    ++at_;
    if (at_ < text_.size() && text_[at_] == '^') ++at_;
    if (at_ < text_.size() && text_[at_] == ']') ++at_;
    while (at_ < text_.size() && text_[at_] != ']') {
      if (looksAt("[:")) {
        const size_t end = text_.find(":]", at_ + 2);
        // [[:<:]] and [[:>:]] are word boundaries.
        if (end == std::string_view::npos || text_[at_ + 2] == '<' || text_[at_ + 2] == '>') {
          return refuse();
        }
        at_ = end + 2;
      } else if (looksAt("[.") || looksAt("[=")) {
        return refuse();
      } else if (text_[at_] == '\\') {
        readClassEscape();
        if (!result_.scannable) return;
      } else {
        ++at_;
      }
    }
    if (at_ >= text_.size()) return refuse();
    ++at_;
  }

  void readClassEscape() {
    if (at_ + 1 >= text_.size()) return refuse();
    constexpr std::string_view kRefused = "QEpPohHvVNRXcuULlgk";
    if (kRefused.find(text_[at_ + 1]) != std::string_view::npos) return refuse();
    at_ += 2;
  }

  void readGroup() {
    after_quantifier_ = false;
    if (looksAt("(*")) return refuse();
    if (!looksAt("(?")) {
      ++at_;
      return;
    }
    at_ += 2;
    if (at_ >= text_.size()) return refuse();
    const char c = text_[at_];
    if (c == ':') {
      ++at_;
    } else if (c == 'P' && at_ + 1 < text_.size() && text_[at_ + 1] == '<') {
      at_ += 2;
    } else if (c == '<' && at_ + 1 < text_.size() && text_[at_ + 1] != '=' &&
               text_[at_ + 1] != '!') {
      ++at_;
    } else if (c == '\'') {
      ++at_;
    } else {
      readFlags();
    }
  }

  // Scopes are not tracked: a mode that is on anywhere counts for the whole pattern.
  void readFlags() {
    bool off = false;
    while (at_ < text_.size() && text_[at_] != ')' && text_[at_] != ':') {
      const char c = text_[at_++];
      if (c == '-') {
        off = true;
      } else if (c == 'm') {
        single_line_ = single_line_ || off;
      } else if (c == 'x') {
        extended_ = extended_ || !off;
      } else if (c != 'i' && c != 's') {
        return refuse();
      }
    }
    if (at_ >= text_.size()) return refuse();
    ++at_;
    // Anchors before this point belong to another scope, but an enclosing loop could bring them
    // here.
    if (single_line_) result_.joinable = false;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool after_quantifier_ = false;
  bool single_line_ = false;
  bool extended_ = false;
  ScanSyntax result_{.scannable = true, .joinable = true};
};

}  // namespace

ScanSyntax analyseForScan(std::string_view pattern) { return ScanSyntaxReader(pattern).read(); }

}  // namespace waf
