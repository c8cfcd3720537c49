// A shift-reduce folder: each token is pushed, then the top of the stack is reduced as long as a
// rule applies.
//
//   1 o 1 → 1   n o 1 → n   v o 1 → v      arithmetic and comparison of plain operands
//   o x o → o   & x & → &                  a further operand or condition adds nothing
//   1 , 1 → 1   s , s → s                  lists of plain operands
//   1 o ( 1 ) → 1                          parentheses around a plain operand
//   n . n → n   E . n → E n                qualified names
//   s s → s   )) → )   (( → (   ;; → ;     repetitions
//   o unary → o, t 1 → 1                   signs, NOT, types
//   \ o → 1 o, \ x → x                     a backslash is a value only before an operator
//   { n → nothing, x } → x                 ODBC's {d …}
//   ORDER BY → B, NOT LIKE → o             pairs of words
//   user ( → f (, in x → n x               words that are what follows makes them
//
// Comments are left out but for one at the end of a short shape.
#include "waf/detect/sql_fold.h"

#include <algorithm>
#include <initializer_list>

#include "waf/base/text.h"
#include "waf/detect/sql_words.h"

namespace waf {
namespace {

// What folds to less than a window in so many tokens is a list or a sum, and it must end: a request
// may bring megabytes of it. No value that the recommended SecRequestBodyNoFilesLimit admits has
// more.
constexpr size_t kMostTokens = 131072;

bool isUnary(const SqlToken& token) {
  return token.type == 'o' &&
         (token.text == "+" || token.text == "-" || token.text == "!" || token.text == "~" ||
          equalsIgnoreCase(token.text, "not") || equalsIgnoreCase(token.text, "binary"));
}

bool isArithmetic(const SqlToken& token) {
  return token.type == 'o' && token.text.size() == 1 && isOneOf(token.text[0], "+-*/%");
}

bool isWord(const SqlToken& token) {
  const char first = token.text.empty() ? '\0' : asciiLower(token.text.front());
  return first >= 'a' && first <= 'z' && token.type != 's';
}

bool isAnyOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view other) { return equalsIgnoreCase(word, other); });
}

// Values without parentheses, functions with them.
bool isCallable(std::string_view word) {
  return isAnyOf(
      word, {"user", "user_id", "user_name", "database", "password", "current_user", "current_date",
             "current_time", "current_timestamp", "localtime", "localtimestamp", "schema_name"});
}

class Folder {
 public:
  explicit Folder(SqlShape* shape) : shape_(*shape) {}

  // False when the shape is full.
  bool push(SqlToken token) {
    if (token.type == 'c') {
      comment_ = token;
      return true;
    }
    comment_.type = '\0';
    if (shape_.size == 0 && (token.type == '(' || token.type == 't' || isUnary(token))) return true;
    if (shape_.size == SqlShape::kTokens) return false;
    if (shape_.size > 0) adaptTop(token);
    if (shape_.size > 0 && absorb(token)) return true;
    append(token);
    while (reduce()) {
    }
    return true;
  }

  void finish() {
    // An unbalanced grave accent at the end names the rest of MySQL's statement: a comment to it.
    if (shape_.size > 2 && shape_.size <= SqlShape::kWindow && type(0) == 'n' &&
        shape_.tokens[shape_.size - 1].text == "`") {
      setType(shape_.size - 1, 'c');
    }
    if (comment_.type == 'c' && shape_.size > 0 && shape_.size < SqlShape::kWindow)
      append(comment_);
    shape_.types[shape_.size] = '\0';
  }

 private:
  void append(const SqlToken& token) {
    shape_.tokens[shape_.size] = token;
    shape_.types[shape_.size] = token.type;
    ++shape_.size;
  }

  void setType(size_t index, char type) {
    shape_.tokens[index].type = type;
    shape_.types[index] = type;
  }

  char type(size_t from_top) const {
    return from_top < shape_.size ? shape_.tokens[shape_.size - 1 - from_top].type : '\0';
  }

  // What the top is, now that it is known what follows it.
  void adaptTop(const SqlToken& token) {
    const size_t index = shape_.size - 1;
    const std::string_view text = shape_.tokens[index].text;
    switch (type(0)) {
      case '\\':
        if (isArithmetic(token)) {
          setType(index, '1');
        } else {
          --shape_.size;
        }
        return;
      case 't':
        if (isOneOf(token.type, "n1t(fvs")) --shape_.size;
        return;
      case 'n':
      case 'v':
        if (token.type == '(' && isCallable(text)) setType(index, 'f');
        return;
      case 'o':
        if (isAnyOf(text, {"in", "not in"})) {
          if (token.type != '(') setType(index, 'n');
        } else if (token.type == '(' && isAnyOf(text, {"like", "not like"})) {
          setType(index, 'f');
        }
        return;
      default:
        return;
    }
  }

  // Whether the token adds nothing to the top.
  bool absorb(SqlToken& token) {
    const char top = type(0);
    if (top == token.type && isOneOf(top, "s;)(")) return true;
    if (token.type == '}') return true;
    if (top == '{' && token.type == 'n') {
      --shape_.size;
      return true;
    }
    if (token.type == 't' && isOneOf(top, "o&")) return true;
    // After "o x" the sign is the second "o" of "o x o".
    if (isUnary(token) && isOneOf(top, "o&(E,Bk") && (top == '&' || type(1) != 'o')) return true;
    if (top == ';' && token.type == 'f' && equalsIgnoreCase(token.text, "if")) token.type = 'T';
    if (top == 'A' && token.type == 'n' && token.text.find('_') != std::string_view::npos)
      token.type = 't';
    return mergePair(token);
  }

  bool mergePair(const SqlToken& token) {
    SqlToken& top = shape_.tokens[shape_.size - 1];
    if (!isWord(top) || !isWord(token)) return false;
    const SqlWord merged = classifySqlWordPair(top.text, token.text);
    if (merged == SqlWord::Plain) return false;
    setType(shape_.size - 1, static_cast<char>(merged));
    // The pair's text, where the two are neighbours: "not" + "in" must be told from "not".
    const char* end = token.text.data() + token.text.size();
    if (end > top.text.data()) {
      top.text = {top.text.data(), static_cast<size_t>(end - top.text.data())};
    }
    return true;
  }

  bool reduce() {
    const char a = type(2);
    const char b = type(1);
    const char c = type(0);
    if (a == '\0') return false;
    if (isOneOf(a, "1nv") && b == 'o' && isOneOf(c, "1n")) return pop(2);
    if (a == 'v' && b == 'o' && c == 'v') return pop(2);
    if (a == c && isOneOf(a, "o&") && b != '(' &&
        !isAnyOf(shape_.tokens[shape_.size - 1].text, {"in", "not in"}))
      return pop(2);
    if (isOneOf(a, "1nvs") && b == ',' && isOneOf(c, "1nvs")) return pop(2);
    if (b == '.' && c == 'n' && isOneOf(a, "nE")) {
      if (a == 'n') return pop(2);
      shape_.tokens[shape_.size - 2] = shape_.tokens[shape_.size - 1];
      setType(shape_.size - 2, 'n');
      return pop(1);
    }
    if (a == '(' && c == ')' && isOneOf(b, "1n") && shape_.size == 5 && isOneOf(type(4), "1n") &&
        (type(3) == 'o' || (type(3) == ',' && b == '1'))) {
      return pop(4);
    }
    return false;
  }

  bool pop(size_t count) {
    shape_.size -= count;
    return true;
  }

  SqlShape& shape_;
  SqlToken comment_{'\0'};
};

}  // namespace

SqlShape foldSql(std::string_view value, char quote, SqlDialect dialect) {
  SqlShape shape;
  SqlLexer lexer(value, quote, dialect);
  Folder folder(&shape);
  SqlToken token;
  shape.complete = true;
  while (lexer.next(&token)) {
    ++shape.raw_tokens;
    if (!folder.push(token) || shape.raw_tokens == kMostTokens) {
      shape.complete = false;
      break;
    }
  }
  folder.finish();
  shape.dialect_mark = lexer.sawDialectMark();
  return shape;
}

}  // namespace waf
