#pragma once

#include <string_view>

namespace waf {

// What a word means to SQL, whichever of the common dialects (MySQL, PostgreSQL, SQL Server,
// Oracle, SQLite) it is from. The values are the letters of a fingerprint.
enum class SqlWord : char {
  Plain = 'n',      // a name
  Keyword = 'k',    // FROM, WHERE, INTO OUTFILE, …
  Statement = 'E',  // SELECT, INSERT, CASE, …: begins a statement or an expression that holds one
  Batch = 'T',      // DECLARE, EXEC, …: begins a statement that needs nothing before it
  Union = 'U',      // UNION, EXCEPT, INTERSECT
  Group = 'B',      // GROUP BY, ORDER BY, HAVING, LIMIT
  Operator = 'o',   // LIKE, IN, BETWEEN, …
  Logic = '&',      // AND, OR, XOR
  Value = 'v',      // NULL, CURRENT_USER, …: a value without parentheses
  Number = '1',     // TRUE, FALSE
  Function = 'f',   // a built-in function's name
  Type = 't',       // INT, VARCHAR, …
  Collate = 'A',    // COLLATE
};

// `word` in any case; Plain when it is not known.
SqlWord classifySqlWord(std::string_view word);

// Two words that are one term ("ORDER BY", "NOT LIKE", …), both in any case; Plain when they are
// not.
SqlWord classifySqlWordPair(std::string_view first, std::string_view second);

}  // namespace waf
