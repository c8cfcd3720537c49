// A shift-reduce folder: each token is pushed, then the top of the stack is reduced as long as a
// rule applies.
//
//   1 o 1 → 1     n o 1 → n      arithmetic and comparison of plain operands
//   & 1 & 1 → & 1               a further condition adds nothing
//   1 , 1 → 1     s , s → s      lists of plain operands
//   ( x ) → x                    unless the parentheses belong to a function or keyword
//   s s → s   )) → )   ;; → ;    adjacent strings are one string
//   s o n o → s o                a name within a concatenation of strings
//   o unary → o                  signs, NOT
//   ORDER BY → B, NOT LIKE → o   pairs of words
#include "waf/detect/sql_fold.h"

#include "waf/base/text.h"
#include "waf/detect/sql_words.h"

namespace waf {
namespace {

bool isOneOf(char type, std::string_view set) { return set.find(type) != std::string_view::npos; }

bool isUnary(const SqlToken& token) {
  return token.type == 'o' &&
         (token.text == "+" || token.text == "-" || token.text == "!" || token.text == "~" ||
          equalsIgnoreCase(token.text, "not") || equalsIgnoreCase(token.text, "binary"));
}

bool isWord(const SqlToken& token) { return isOneOf(token.type, "nkETUBo&v1f"); }

class Folder {
 public:
  explicit Folder(SqlShape* shape) : shape_(*shape) {}

  // False when the shape is full.
  bool push(const SqlToken& token) {
    if (shape_.size == 0 && (token.type == '(' || token.type == 'c' || isUnary(token))) return true;
    if (shape_.size > 0) {
      SqlToken& top = shape_.tokens[shape_.size - 1];
      if (top.type == 'c') {
        --shape_.size;
        return push(token);
      }
      if (top.type == 'f' && token.type != '(') setType(shape_.size - 1, 'n');
      if (mergePair(token)) return true;
      if (isUnary(token) && isOneOf(top.type, "o&(E,Uk")) return true;
    }
    if (shape_.size == SqlShape::kTokens) return false;
    shape_.tokens[shape_.size] = token;
    shape_.types[shape_.size] = token.type;
    ++shape_.size;
    while (reduce()) {
    }
    return true;
  }

  void finish() {
    if (shape_.size > 0 && shape_.tokens[shape_.size - 1].type == 'f')
      setType(shape_.size - 1, 'n');
    shape_.types[shape_.size] = '\0';
  }

 private:
  void setType(size_t index, char type) {
    shape_.tokens[index].type = type;
    shape_.types[index] = type;
  }

  char type(size_t from_top) const {
    return shape_.size > from_top ? shape_.tokens[shape_.size - 1 - from_top].type : '\0';
  }

  bool mergePair(const SqlToken& token) {
    SqlToken& top = shape_.tokens[shape_.size - 1];
    if (!isWord(top) || !isWord(token)) return false;
    const SqlWord merged = classifySqlWordPair(top.text, token.text);
    if (merged == SqlWord::Plain) return false;
    setType(shape_.size - 1, static_cast<char>(merged));
    return true;
  }

  bool reduce() {
    const char a = type(2);
    const char b = type(1);
    const char c = type(0);
    if (b == c && isOneOf(c, "s;)(")) return pop(1);
    if (type(3) == 's' && a == 'o' && b == 'n' && c == 'o') return pop(2);
    if (isOneOf(a, "1nv") && b == 'o' && isOneOf(c, "1n") && a != '\0' && c != '\0') return pop(2);
    if (type(3) == '&' && a == '1' && b == '&' && c == '1') return pop(2);
    if (isOneOf(a, "1nvs") && b == ',' && isOneOf(c, "1nvs") && a != '\0' && c != '\0')
      return pop(2);
    if (a == '(' && c == ')' && isOneOf(b, "1nvs") && b != '\0') {
      const char before = type(3);
      if (before != '\0' && !isOneOf(before, "&(") && !(before == 'o' && isSymbol(3))) return false;
      const SqlToken inner = shape_.tokens[shape_.size - 2];
      shape_.size -= 3;
      return push(inner);
    }
    return false;
  }

  bool isSymbol(size_t from_top) const {
    const std::string_view text = shape_.tokens[shape_.size - 1 - from_top].text;
    const char first = asciiLower(text.empty() ? '\0' : text.front());
    return first < 'a' || first > 'z';
  }

  bool pop(size_t count) {
    shape_.size -= count;
    return true;
  }

  SqlShape& shape_;
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
    if (!folder.push(token)) {
      shape.complete = false;
      break;
    }
  }
  folder.finish();
  shape.raw_tokens += lexer.skippedComments();
  shape.dialect_mark = lexer.sawDialectMark();
  return shape;
}

}  // namespace waf
