// Each value is read in the contexts that it can be put into, and in both dialects where these read
// it differently:
//
//   WHERE id = VALUE        WHERE name = 'VALUE'        WHERE name = "VALUE"
#include "waf/detect/detect_sqli.h"

#include <algorithm>

#include "waf/base/ascii.h"
#include "waf/detect/sql_grammar.h"

namespace waf {
namespace {

bool isHostileIn(std::string_view value, char quote, std::string* fingerprint) {
  for (const SqlDialect dialect : {SqlDialect::Ansi, SqlDialect::MySql}) {
    // No dialect but MySQL's has strings in double quotes.
    if (quote == '"' && dialect == SqlDialect::Ansi) continue;
    const SqlShape shape = foldSql(value, quote, dialect);
    if (isInjectedSql(shape)) {
      if (fingerprint != nullptr) *fingerprint = shape.fingerprint().substr(0, 5);
      return true;
    }
    if (!shape.dialect_mark) return false;
  }
  return false;
}

// One name or one number: no shape of fewer than two tokens is hostile but that of an executed
// comment.
bool isOneWord(std::string_view value) {
  const bool number = isDigit(value.front());
  return std::all_of(value.begin(), value.end(), [number](char c) {
    return isDigit(c) || (!number && (isLetter(c) || c == '_'));
  });
}

}  // namespace

bool detectSqli(std::string_view value, std::string* fingerprint) {
  if (value.empty() || isOneWord(value)) return false;
  if (isHostileIn(value, '\0', fingerprint)) return true;
  for (const char quote : {'\'', '"'}) {
    if (value.find(quote) != std::string_view::npos && isHostileIn(value, quote, fingerprint))
      return true;
  }
  return false;
}

}  // namespace waf
