#pragma once

#include <cstddef>
#include <string_view>

#include "waf/detect/sql_lexer.h"

namespace waf {

// The shape of the beginning of a value read as SQL: its tokens with everything folded away that
// does not change what the statement does (arithmetic, lists, parentheses around a value, signs,
// joined strings, plain comments).
struct SqlShape {
  static constexpr size_t kTokens = 6;  // one more, so that the window's end is folded with it
  static constexpr size_t kWindow = 5;  // what the decision looks at

  char types[kTokens + 1] = {};  // NUL-terminated letters of SqlToken::type
  SqlToken tokens[kTokens] = {};
  size_t size = 0;
  size_t raw_tokens = 0;  // read from the text, before folding
  bool complete = false;  // the whole value was read
  bool dialect_mark = false;

  std::string_view fingerprint() const { return {types, size < kWindow ? size : kWindow}; }
};

// Reads until the shape is full or the value ends. Linear.
SqlShape foldSql(std::string_view value, char quote, SqlDialect dialect);

}  // namespace waf
