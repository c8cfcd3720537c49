#include "waf/seclang/lexer.h"

#include "waf/base/text.h"

namespace waf {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool isBlank(char c) { return c == ' ' || c == '\t'; }

// A directive that is commented out takes its continuation lines with it; in any other comment a
// backslash at the end is text, as in ModSecurity v3. Apache joins the next line to every comment;
// of the two ways this one drops no rule in silence.
bool endsWithLine(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.front() != '#') return false;
  line = trim(line.substr(1), "# \t");
  const bool directive =
      line.starts_with("Sec") && line.size() > 3 && line[3] >= 'A' && line[3] <= 'Z';
  return !directive && !line.starts_with("Include ");
}

// The next physical line without its end; moves `*at` behind it.
std::string_view nextLine(std::string_view text, size_t* at) {
  const size_t start = *at;
  size_t end = text.find('\n', start);
  if (end == std::string_view::npos) end = text.size();
  *at = end + 1;
  std::string_view line = text.substr(start, end - start);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Reads the quoted word at `*at` (the opening quote) and moves behind the closing one.
bool readQuoted(std::string_view line, size_t* at, std::string* word) {
  const char quote = line[*at];
  size_t i = *at + 1;
  for (; i < line.size() && line[i] != quote; ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      if (line[i + 1] != quote) word->push_back('\\');
      ++i;  // an escaped backslash does not escape the quote behind it
    }
    word->push_back(line[i]);
  }
  if (i >= line.size()) return false;
  *at = i + 1;
  return true;
}

}  // namespace

std::vector<LogicalLine> splitLogicalLines(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  std::vector<LogicalLine> lines;
  LogicalLine current;
  bool joining = false;
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    std::string_view line = nextLine(text, &at);
    ++number;
    if (!joining) current = LogicalLine{number, {}};
    const bool comment = !joining && endsWithLine(line);
    joining = !line.empty() && line.back() == '\\' && !comment;
    if (joining) line.remove_suffix(1);
    current.text.append(line);
    if (joining && at < text.size()) continue;
    joining = false;
    const std::string_view trimmed = trim(current.text);
    if (!trimmed.empty() && trimmed.front() != '#') {
      lines.push_back(LogicalLine{current.number, std::string(trimmed)});
    }
  }
  return lines;
}

Split splitWords(std::string_view line, std::vector<std::string>* words, std::string* error) {
  size_t at = 0;
  while (true) {
    while (at < line.size() && isBlank(line[at])) ++at;
    if (at >= line.size()) return Split::Complete;
    std::string word;
    if (line[at] == '"' || line[at] == '\'') {
      if (!readQuoted(line, &at, &word)) {
        *error =
            std::string("a quote is opened and not closed: ") + std::string(line.substr(at, 40));
        words->push_back(std::move(word));
        return Split::OpenQuote;
      }
      if (at < line.size() && !isBlank(line[at])) {
        *error =
            std::string("a closing quote is followed by text: ") + std::string(line.substr(at, 40));
        return Split::TextBehindQuote;
      }
    } else {
      // Inside an unquoted word quotes protect blanks and stay: !ARGS:'/a b/'.
      char quote = 0;
      for (; at < line.size() && (quote != 0 || !isBlank(line[at])); ++at) {
        if (quote != 0 ? line[at] == quote : line[at] == '\'' || line[at] == '"') {
          quote = quote != 0 ? '\0' : line[at];
        }
        word.push_back(line[at]);
      }
    }
    words->push_back(std::move(word));
  }
}

}  // namespace waf
