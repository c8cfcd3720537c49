// White space is the ASCII kind, NUL (removed or ignored by several servers) and 0xA0 (MySQL). A
// word is a run of bytes that are none of the delimiters below, so UTF-8 text is words. Strings end
// at their quote unless it is doubled or escaped by a backslash.
#include "waf/detect/sql_lexer.h"

#include <algorithm>
#include <array>

#include "waf/base/text.h"
#include "waf/detect/sql_words.h"

namespace waf {
namespace {

constexpr std::string_view kBlank("\0\t\n\v\f\r \xa0", 8);
constexpr std::string_view kPunctuation = "[]{}<>:\\?=@!#~+-*/&|^%(),';\"";

constexpr std::array<bool, 256> kIsDelimiter = [] {
  std::array<bool, 256> table{};
  for (const char c : kBlank) table[static_cast<unsigned char>(c)] = true;
  for (const char c : kPunctuation) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool isBlank(char c) { return kBlank.find(c) != std::string_view::npos; }
bool isDelimiter(char c) { return kIsDelimiter[static_cast<unsigned char>(c)]; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHex(char c) { return isDigit(c) || (asciiLower(c) >= 'a' && asciiLower(c) <= 'f'); }
bool isLetter(char c) { return asciiLower(c) >= 'a' && asciiLower(c) <= 'z'; }

// Operators of more than one byte, longest first.
constexpr std::string_view kOperators[] = {
    "!==", "<=>", "<<=", ">>=", "!=", "<>", "<=", ">=", ":=", "::", "==", "<<", ">>", "*=",
    "+=",  "-=",  "/=",  "%=",  "^=", "|=", "&=", "!<", "!>", "->", "@>", "<@", "~*", "!~"};

}  // namespace

void SqlLexer::take(size_t size, char type, SqlToken* token) {
  size = std::min(size, text_.size() - at_);
  token->type = type;
  token->text = text_.substr(at_, size);
  at_ += size;
}

bool SqlLexer::next(SqlToken* token) {
  *token = SqlToken{};
  if (pending_quote_ != '\0') {
    const char quote = pending_quote_;
    pending_quote_ = '\0';
    string(quote, true, token);
    return true;
  }
  if (skipBlank(token)) return true;
  if (at_ >= text_.size()) return false;
  const char c = text_[at_];
  const char after = at(at_ + 1);
  if (c == '\'' || c == '"') {
    ++at_;
    string(c, false, token);
  } else if (isDigit(c) || (c == '.' && isDigit(after))) {
    number(token);
  } else if (c == '@') {
    variable(token);
  } else if (c == '\\' && (after == '\'' || after == '"')) {
    // A quote that was escaped for JSON or a shell on its way here.
    at_ += 2;
    string(after, false, token);
  } else if (c == '`' || c == '[') {
    if (!bracket(token)) take(1, '?', token);
  } else if (c == '$' && dollarString(token)) {
    return true;
  } else if (!isDelimiter(c) && c != '.') {
    word(token);
  } else {
    symbol(token);
  }
  return true;
}

// Blanks and plain comments. True when a comment is a token of its own: one that runs to the end,
// or one whose content a server may execute.
bool SqlLexer::skipBlank(SqlToken* token) {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (isBlank(c)) {
      ++at_;
      continue;
    }
    const bool dashes = c == '-' && at(at_ + 1) == '-';
    if (dashes || c == '#') {
      const bool blank_after = at_ + 2 >= text_.size() || isBlank(at(at_ + 2));
      const bool certain = dashes && blank_after;
      saw_dialect_mark_ |= !certain;
      if (certain || dashes == (dialect_ == SqlDialect::Ansi)) {
        const size_t end = std::min(text_.find('\n', at_), text_.size());
        take(end - at_, 'c', token);
        return true;
      }
      return false;
    }
    if (c != '/' || at(at_ + 1) != '*') return false;
    const size_t end = text_.find("*/", at_ + 2);
    const std::string_view inside =
        text_.substr(at_ + 2, end == std::string_view::npos ? end : end - at_ - 2);
    // "/*!" is executed by MySQL; a comment within a comment is cut differently by each server.
    if (inside.starts_with('!') || inside.find("/*") != std::string_view::npos) {
      take(inside.size() + 4, 'X', token);
      return true;
    }
    if (end == std::string_view::npos) {
      take(text_.size() - at_, 'c', token);
      return true;
    }
    at_ = end + 2;
    ++skipped_comments_;
  }
  return false;
}

void SqlLexer::string(char quote, bool open_start, SqlToken* token) {
  const size_t start = at_;
  token->type = 's';
  token->open_start = open_start;
  token->quote = quote;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\\') {
      ++at_;
    } else if (text_[at_] == quote) {
      if (at(at_ + 1) != quote) {
        token->text = text_.substr(start, at_ - start);
        ++at_;
        return;
      }
      ++at_;
    }
  }
  at_ = text_.size();
  token->text = text_.substr(std::min(start, at_));
  token->open_end = true;
}

void SqlLexer::number(SqlToken* token) {
  size_t end = at_;
  const char prefix = asciiLower(at(at_ + 1));
  if (text_[at_] == '0' && (prefix == 'x' || prefix == 'b')) {
    end = at_ + 2;
    while (prefix == 'x' ? isHex(at(end)) : at(end) == '0' || at(end) == '1') ++end;
    if (end > at_ + 2) {
      take(end - at_, '1', token);
      return;
    }
    end = at_;
  }
  while (isDigit(at(end))) ++end;
  if (at(end) == '.') {
    ++end;
    while (isDigit(at(end))) ++end;
  }
  if (asciiLower(at(end)) == 'e') {
    size_t digits = end + 1;
    if (at(digits) == '+' || at(digits) == '-') ++digits;
    if (isDigit(at(digits))) {
      end = digits;
      while (isDigit(at(end))) ++end;
    }
  }
  // "1and", "1e1union": a number ends where it ends, whatever stands next.
  take(end - at_, '1', token);
}

void SqlLexer::variable(SqlToken* token) {
  size_t end = at_ + 1;
  if (at(end) == '@') ++end;
  if (at(end) == '`' || at(end) == '\'' || at(end) == '"') {
    const size_t close = text_.find(text_[end], end + 1);
    take(close == std::string_view::npos ? text_.size() - at_ : close + 1 - at_, 'v', token);
    return;
  }
  while (end < text_.size() && !isDelimiter(text_[end])) ++end;
  take(end - at_, 'v', token);
}

bool SqlLexer::bracket(SqlToken* token) {
  const size_t close = text_.find(text_[at_] == '[' ? ']' : '`', at_ + 1);
  if (close == std::string_view::npos) return false;
  take(close + 1 - at_, 'n', token);
  return true;
}

// PostgreSQL's $$…$$ and $tag$…$tag$.
bool SqlLexer::dollarString(SqlToken* token) {
  size_t end = at_ + 1;
  while (isLetter(at(end))) ++end;
  if (at(end) != '$') return false;
  const std::string_view tag = text_.substr(at_, end + 1 - at_);
  const size_t close = text_.find(tag, end + 1);
  take(close == std::string_view::npos ? text_.size() - at_ : close + tag.size() - at_, 's', token);
  token->open_end = close == std::string_view::npos;
  return true;
}

void SqlLexer::word(SqlToken* token) {
  size_t end = at_;
  while (end < text_.size() && !isDelimiter(text_[end]) && text_[end] != '`') ++end;
  const std::string_view whole = text_.substr(at_, end - at_);
  // x'4142', n'…', _utf8'…': a prefix makes a string.
  if (at(end) == '\'' && (whole.front() == '_' ||
                          (whole.size() == 1 && std::string_view("xXnNbBeEuUqQ").find(whole[0]) !=
                                                    std::string_view::npos))) {
    at_ = end + 1;
    string('\'', false, token);
    return;
  }
  char type = static_cast<char>(classifySqlWord(whole));
  if (type == 'n') {
    // "select.1": a keyword ends at the dot, a qualified name does not.
    const size_t dot = whole.find('.');
    if (dot != std::string_view::npos && dot > 0) {
      const char head = static_cast<char>(classifySqlWord(whole.substr(0, dot)));
      if (head != 'n' && head != 'f') {
        take(dot, head, token);
        return;
      }
    }
  }
  take(whole.size(), type, token);
}

void SqlLexer::symbol(SqlToken* token) {
  const char c = text_[at_];
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("&&") || rest.starts_with("||")) return take(2, '&', token);
  for (const std::string_view op : kOperators) {
    if (rest.starts_with(op)) return take(op.size(), 'o', token);
  }
  if (std::string_view("(),;.{}:\\").find(c) != std::string_view::npos) return take(1, c, token);
  if (std::string_view("+-*/%=<>!^~|&#").find(c) != std::string_view::npos)
    return take(1, 'o', token);
  take(1, '?', token);
}

}  // namespace waf
