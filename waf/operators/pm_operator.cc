// @pm WORD WORD…: any of the words occurs in the value, ignoring ASCII case. |41 42| inside a word
// are bytes in hex.
//   SecRule REQUEST_HEADERS:User-Agent "@pm sqlmap nikto" …
// @pmFromFile FILE… (@pmf): the words are the files' lines; empty lines and lines that start with #
// are left out, and spaces at both ends of a line. TX.0 is the word as it occurs.

#include "waf/base/text.h"
#include "waf/operators/aho_corasick.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

constexpr size_t kMaxWordBytes = 8 * 1024 * 1024;  // of all words of one operator
// More words than this are the automaton's own business: it beats a Hyperscan database of that size
// on short values.
constexpr size_t kMaxScanWords = 8192;

class PmOperator final : public Operator {
 public:
  explicit PmOperator(std::vector<std::string> words)
      : words_(std::move(words)), automaton_(words_) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    const AhoCorasick::Found found = automaton_.find(value);
    if (found.length == 0) return false;
    match.offset = found.offset;
    match.length = found.length;
    match.captures[0] = value.substr(found.offset, found.length);
    match.capture_count = 1;
    return true;
  }

  std::vector<ScanPattern> scanPatterns() const override {
    std::vector<ScanPattern> patterns;
    if (words_.size() > kMaxScanWords) return patterns;
    patterns.reserve(words_.size());
    for (const std::string& word : words_) {
      patterns.push_back({.pattern = word, .caseless = true, .literal = true});
    }
    return patterns;
  }

 private:
  std::vector<std::string> words_;
  AhoCorasick automaton_;
};

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Appends the bytes of "41 42"; false when it is not pairs of hex digits.
bool appendHexBytes(std::string_view text, std::string* out) {
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const int digit = hexValue(c);
    if (digit < 0) return false;
    if (high < 0) {
      high = digit;
    } else {
      out->push_back(static_cast<char>(high * 16 + digit));
      high = -1;
    }
  }
  return high < 0;
}

// Splits at spaces outside of |…|. A bar that opens no hex bytes is itself.
std::vector<std::string> parseWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      finish();
      continue;
    }
    const size_t end = c == '|' ? text.find('|', i + 1) : std::string_view::npos;
    std::string bytes;
    if (end != std::string_view::npos && end > i + 1 &&
        appendHexBytes(text.substr(i + 1, end - i - 1), &bytes)) {
      word += bytes;
      i = end;
    } else {
      word.push_back(c);
    }
  }
  finish();
  return words;
}

void appendLines(std::string_view content, std::vector<std::string>* words) {
  while (!content.empty()) {
    const size_t end = content.find('\n');
    const std::string_view line = trim(content.substr(0, end), " \t\r\v\f");
    if (!line.empty() && line.front() != '#') words->emplace_back(line);
    if (end == std::string_view::npos) break;
    content.remove_prefix(end + 1);
  }
}

OperatorResult make(const OperatorSpec& spec, std::vector<std::string> words) {
  size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size();
  if (bytes > kMaxWordBytes) return operatorError(spec, "more than 8 MiB of words");
  return makeOperator<PmOperator>(std::move(words));
}

// Words with a macro are known at request time only; building the automaton then is linear in the
// argument.
class ExpandedPmOperator final : public Operator {
 public:
  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    return PmOperator(parseWords(argument)).evaluate(value, {}, match);
  }
};

}  // namespace

OperatorResult makePm(const OperatorSpec& spec) {
  if (spec.has_macro) return makeOperator<ExpandedPmOperator>();
  std::vector<std::string> words = parseWords(spec.argument);
  if (words.empty()) return operatorError(spec, "needs at least one word");
  return make(spec, std::move(words));
}

OperatorResult makePmFromFile(const OperatorSpec& spec) {
  if (spec.has_macro) return operatorError(spec, "a file name cannot hold a macro");
  std::vector<std::string> words;
  std::string_view rest = trim(spec.argument);
  if (rest.empty()) return operatorError(spec, "needs a file name");
  while (!rest.empty()) {
    const size_t end = rest.find_first_of(" \t");
    const std::string_view path = rest.substr(0, end);
    if (path.starts_with("http://") || path.starts_with("https://")) {
      return operatorError(spec, "remote files are not read; download it and name the local file");
    }
    auto content = spec.environment.read_file(path);
    if (!content) return operatorError(spec, content.error().message);
    appendLines(*content, &words);
    rest = end == std::string_view::npos ? std::string_view() : trim(rest.substr(end));
  }
  return make(spec, std::move(words));
}

}  // namespace waf
