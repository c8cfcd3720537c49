#include "tests/waf/support/crs_patterns.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/waf/support/seclang_rows.h"
#include "waf/base/text.h"
#include "waf/transformations/transformation.h"

namespace waf::test {
namespace {

// Without comment lines, continued lines joined.
std::string joinedLines(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(at, end - at);
    at = end + 1;
    const size_t first = line.find_first_not_of(" \t");
    if (first != std::string::npos && line[first] == '#') continue;
    const bool continued = line.ends_with('\\');
    if (continued) line.pop_back();
    out += line;
    if (!continued) out += '\n';
  }
  return out;
}

// Up to the quote that ends the argument; \" is a quote within it.
std::string readArgument(const std::string& text, size_t at) {
  std::string out;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      if (text[at + 1] != '"') out += '\\';
      ++at;
    }
    out += text[at];
  }
  return out;
}

// The text of `key: text`, without its quotes; empty when the line has another key.
std::string yamlText(const std::string& line, std::string_view key) {
  const size_t at = line.find_first_not_of(" -");
  if (at == std::string::npos || !std::string_view(line).substr(at).starts_with(key)) return "";
  return std::string(trim(std::string_view(line).substr(at + key.size()), " \"'\r"));
}

void appendParts(const std::string& text, std::vector<std::string>* values) {
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find_first_of("&=?", at), text.size());
    const std::string part = text.substr(at, end - at);
    std::string decoded;
    const bool changed = findTransformation("urlDecodeUni")->apply(part, decoded);
    values->push_back(changed ? decoded : part);
    at = end + 1;
  }
}

}  // namespace

std::vector<std::string> requestValuesIn(const std::string& tests_folder) {
  std::vector<std::string> values;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tests_folder)) {
    if (entry.path().extension() != ".yaml") continue;
    std::istringstream lines(readFile(entry.path().string()));
    for (std::string line; std::getline(lines, line);) {
      for (const std::string_view key : {"uri: ", "data: "}) {
        const std::string text = yamlText(line, key);
        if (!text.empty()) appendParts(text, &values);
      }
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<std::string> rxPatternsIn(const std::string& rules_folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(rules_folder)) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> patterns;
  constexpr std::string_view kOperator = "@rx ";
  for (const std::string& file : files) {
    const std::string text = joinedLines(readFile(file));
    for (size_t at = text.find(kOperator); at != std::string::npos;
         at = text.find(kOperator, at + 1)) {
      const bool quoted = text[at - 1] == '"' || (text[at - 1] == '!' && text[at - 2] == '"');
      if (quoted) patterns.push_back(readArgument(text, at + kOperator.size()));
    }
  }
  return patterns;
}

}  // namespace waf::test
