// White space is every byte up to the space (servers remove or ignore control bytes) and 0xA0
// (MySQL), but within a word no other control byte than NUL and the six of C ends it. A word is a
// run of bytes that are none of the delimiters below, so UTF-8 text is words. Strings end at their
// quote unless it is doubled or escaped by a backslash.
#include "waf/detect/sql_lexer.h"

#include <algorithm>
#include <array>

#include "waf/base/ascii.h"
#include "waf/base/text.h"
#include "waf/detect/sql_words.h"

namespace waf {
namespace {

constexpr std::string_view kPunctuation = "[]{}<>:\\?=@!#~+-*/&|^%(),';\"";

constexpr std::array<bool, 256> kIsDelimiter = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("\0\t\n\v\f\r \xa0", 8)) {
    table[static_cast<unsigned char>(c)] = true;
  }
  for (const char c : kPunctuation) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool isBlank(char c) { return (c >= '\0' && c <= ' ') || c == '\xa0'; }
bool isDelimiter(char c) { return kIsDelimiter[static_cast<unsigned char>(c)]; }

// Operators of more than one byte, longest first. Not SQL Server's assignments ("+=", "%=", …):
// none can stand in a condition, and prose and markup are full of them, as of arrows.
constexpr std::string_view kOperators[] = {
    "<=>", "!=", "<>", "<=", ">=", ":=", "::", "==", "<<", ">>",
    "*=",  "|=", "&=", "!<", "!>", "@>", "<@", "~*", "!~", "|/"};

// The bytes that stand second in them.
constexpr std::array<bool, 256> kOperatorByte = [] {
  std::array<bool, 256> table{};
  for (const std::string_view op : kOperators) table[static_cast<unsigned char>(op[1])] = true;
  return table;
}();

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
  if (comment(token)) return true;
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
  } else if (c == '`' || c == '[') {
    const size_t close = text_.find(c == '[' ? ']' : '`', at_ + 1);
    take(close == std::string_view::npos ? text_.size() - at_ : close + 1 - at_, 'n', token);
  } else if (c == '$') {
    dollar(token);
  } else if (!isDelimiter(c) && c != '.') {
    word(token);
  } else {
    symbol(token);
  }
  return true;
}

// Blanks, then a comment if there is one: true, and it is a token. An "X" comment is one whose
// content a server may execute.
bool SqlLexer::comment(SqlToken* token) {
  while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
  const char c = at(at_);
  const bool dashes = c == '-' && at(at_ + 1) == '-';
  if (dashes || c == '#') {
    const bool certain = dashes && (at_ + 2 >= text_.size() || isBlank(at(at_ + 2)));
    saw_dialect_mark_ |= !certain;
    if (!certain && dashes != (dialect_ == SqlDialect::Ansi)) return false;
    take(std::min(text_.find('\n', at_), text_.size()) - at_, 'c', token);
    return true;
  }
  if (c != '/' || at(at_ + 1) != '*') return false;
  const size_t end = text_.find("*/", at_ + 2);
  const size_t size = end == std::string_view::npos ? text_.size() - at_ : end + 2 - at_;
  const std::string_view whole = text_.substr(at_, size);
  // "/*!" is executed by MySQL; a comment within a comment is cut differently by each server.
  const bool closed = end != std::string_view::npos;
  const bool executed = whole.substr(2).starts_with('!') ||
                        (closed && whole.substr(2, size - 3).find("/*") != std::string_view::npos);
  take(size, executed ? 'X' : 'c', token);
  return true;
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

// 12, 1.5, .5, 1e3, 0x1f, 0b01, and Oracle's 1d and 1f. "0x" and "1e" by themselves are names.
void SqlLexer::number(SqlToken* token) {
  size_t end = at_ + 2;
  const char prefix = asciiLower(at(at_ + 1));
  if (text_[at_] == '0' && (prefix == 'x' || prefix == 'b')) {
    while (prefix == 'x' ? isHexDigit(at(end)) : at(end) == '0' || at(end) == '1') ++end;
    return take(end - at_, end > at_ + 2 ? '1' : 'n', token);
  }
  end = at_;
  while (isDigit(at(end))) ++end;
  if (at(end) == '.') {
    ++end;
    while (isDigit(at(end))) ++end;
  }
  if (asciiLower(at(end)) == 'e') {
    ++end;
    if (at(end) == '+' || at(end) == '-') ++end;
    const size_t exponent = end;
    while (isDigit(at(end))) ++end;
    if (end == exponent) return take(end - at_, 'n', token);
  }
  const char suffix = asciiLower(at(end));
  const char after = at(end + 1);
  if ((suffix == 'd' || suffix == 'f') &&
      (end + 1 >= text_.size() || isBlank(after) || after == ';' || asciiLower(after) == 'u')) {
    ++end;
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

// PostgreSQL's $$…$$ and $tag$…$tag$, money ($1,000.50), else a name of one byte.
void SqlLexer::dollar(SqlToken* token) {
  size_t end = at_ + 1;
  if (isDigit(at(end))) {
    while (isDigit(at(end)) || at(end) == '.' || at(end) == ',') ++end;
    return take(end - at_, '1', token);
  }
  while (isLetter(at(end))) ++end;
  if (at(end) != '$') return take(1, 'n', token);
  const std::string_view tag = text_.substr(at_, end + 1 - at_);
  const size_t close = text_.find(tag, end + 1);
  take(close == std::string_view::npos ? text_.size() - at_ : close + tag.size() - at_, 's', token);
  token->open_end = close == std::string_view::npos;
}

// A grave accent within a word belongs to it; only as the first byte it opens a quoted name. Where
// a dot or a grave accent follows a keyword, the keyword ends there ("select.1", "select`a`"); a
// qualified name does not.
void SqlLexer::word(SqlToken* token) {
  size_t end = at_;
  while (end < text_.size() && !isDelimiter(text_[end])) ++end;
  const std::string_view whole = text_.substr(at_, end - at_);
  if (stringPrefix(end, whole, token)) return;
  char type = static_cast<char>(classifySqlWord(whole));
  if (type == 'n') {
    constexpr size_t kLongestHead = 40;  // no keyword is longer
    const size_t most = std::min(whole.size(), kLongestHead + 1);
    for (size_t i = 1; i < most; ++i) {
      if (whole[i] != '.' && whole[i] != '`') continue;
      const char head = static_cast<char>(classifySqlWord(whole.substr(0, i)));
      if (head != 'n' && (head != 'f' || whole[i] == '`')) return take(i, head, token);
    }
  }
  take(whole.size(), type, token);
}

// n'…', _utf8'…', u&'…': a prefix makes a string; x'4142' and b'01' are numbers.
bool SqlLexer::stringPrefix(size_t end, std::string_view word, SqlToken* token) {
  const char first = asciiLower(word.front());
  if (word.size() == 1 && first == 'u' && at(end) == '&' && at(end + 1) == '\'') {
    ++end;
  } else if (at(end) != '\'') {
    return false;
  } else if (word.size() == 1 && (first == 'x' || first == 'b')) {
    size_t digits = end + 1;
    while (first == 'x' ? isHexDigit(at(digits)) : at(digits) == '0' || at(digits) == '1') ++digits;
    if (at(digits) != '\'') return false;
    take(digits + 1 - at_, '1', token);
    return true;
  } else if (end + 1 >= text_.size()) {
    return false;  // a name before a quote that ends the value
  } else if (first != '_' && (word.size() > 1 || (first != 'n' && first != 'e' && first != 'q'))) {
    return false;
  }
  at_ = end + 1;
  string('\'', false, token);
  return true;
}

void SqlLexer::symbol(SqlToken* token) {
  const char c = text_[at_];
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("&&") || rest.starts_with("||")) return take(2, '&', token);
  if (rest.size() > 1 && kOperatorByte[static_cast<unsigned char>(rest[1])]) {
    for (const std::string_view op : kOperators) {
      if (rest.starts_with(op)) return take(op.size(), 'o', token);
    }
  }
  if (std::string_view("(),;.{}:\\").find(c) != std::string_view::npos) return take(1, c, token);
  if (std::string_view("+-*/%=<>!^~|&#").find(c) != std::string_view::npos)
    return take(1, 'o', token);
  take(1, '?', token);
}

}  // namespace waf
