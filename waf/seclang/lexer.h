#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waf {

// One directive as written, continuation lines joined, comments and blank lines left out.
struct LogicalLine {
  int number = 0;  // of its first physical line, from 1
  std::string text;
};

// Splits a configuration text. A backslash before the line end joins the next line, in a
// comment only where it is a directive that was commented out (ModSecurity v3); CRLF counts as LF;
// a leading UTF-8 byte order mark is dropped.
std::vector<LogicalLine> splitLogicalLines(std::string_view text);

enum class Split { Complete, OpenQuote, TextBehindQuote };

// The words of a directive: separated by blanks, "…" or '…' around words that hold some, \" and \'
// within. Other backslashes stay, since regular expressions are full of them. After OpenQuote the
// last word is what follows the quote; otherwise what does not fit is explained in `error`.
Split splitWords(std::string_view line, std::vector<std::string>* words, std::string* error);

}  // namespace waf
