#pragma once

#include <cstddef>
#include <string_view>

namespace waf {

// A token of SQL; `type` is a letter of SqlWord, or one of
//   s string   1 number   v variable   o operator   & && or ||   c comment   X
//   conditional comment ( ) , ; . { } : \ as themselves   ? any other byte
struct SqlToken {
  char type = '?';
  std::string_view text;
  bool open_start = false;  // of a string: it began before the value
  bool open_end = false;    // of a string: the value ended before it did
  char quote = '\0';        // of a string: ' or "
};

inline bool isOneOf(char type, std::string_view types) {
  return types.find(type) != std::string_view::npos;
}

enum class SqlDialect {
  Ansi,   // "--" begins a comment, "#" is an operator
  MySql,  // "#" begins a comment, "--" only before white space
};

// Reads a value as SQL would where it is put in: bare (quote 0) or inside a string that `quote`
// ends. Borrows the text; a lexer is used once, each byte is looked
// at a bounded number of times.
class SqlLexer {
 public:
  SqlLexer(std::string_view text, char quote, SqlDialect dialect)
      : text_(text), dialect_(dialect), pending_quote_(quote) {}

  // False at the end.
  bool next(SqlToken* token);

  // Whether "#" or "--" was met where the dialects disagree, so that the other one must be tried.
  bool sawDialectMark() const { return saw_dialect_mark_; }

 private:
  bool comment(SqlToken* token);
  void string(char quote, bool open_start, SqlToken* token);
  void number(SqlToken* token);
  void variable(SqlToken* token);
  void word(SqlToken* token);
  void symbol(SqlToken* token);
  bool stringPrefix(size_t end, std::string_view word, SqlToken* token);
  void dollar(SqlToken* token);
  char at(size_t index) const { return index < text_.size() ? text_[index] : '\0'; }
  void take(size_t size, char type, SqlToken* token);

  std::string_view text_;
  size_t at_ = 0;
  SqlDialect dialect_;
  char pending_quote_;
  bool saw_dialect_mark_ = false;
};

}  // namespace waf
