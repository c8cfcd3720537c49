// target    = ["!" | "&"] name [(":" | ".") selector]
// selector  = "/" regex "/" | "'" selector "'" | text
// Targets are separated by "|" or ",", which are plain text inside quotes, regular expressions and
// (the comma) XPath.
#include "waf/seclang/targets.h"

#include "waf/base/text.h"

namespace waf {
namespace {

bool isSeparator(char c) { return c == '|' || c == ','; }

bool isNameByte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// The end of the selector that starts at `at`: what separates it from the next target.
size_t selectorEnd(std::string_view text, size_t at, bool xpath) {
  const bool regex = !xpath && at < text.size() && text[at] == '/';
  size_t i = at;
  if (regex) {
    for (++i; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '/' && (i + 1 == text.size() || isSeparator(text[i + 1]))) {
        return i + 1;
      }
    }
    return text.size();
  }
  char quote = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '|' || (c == ',' && !xpath)) {
      break;
    }
  }
  return std::min(i, text.size());
}

Result<SelectorAst> parseSelector(std::string_view text, bool xpath) {
  SelectorAst selector;
  if (text.empty()) return fail(ErrorCode::Invalid, "seclang", "nothing after the colon");
  if (xpath) {
    selector.kind = SelectorAst::Kind::XPath;
    selector.text = text;
    return selector;
  }
  if (text.front() == '\'') {
    if (text.size() < 2 || text.back() != '\'') {
      return fail(ErrorCode::Invalid, "seclang", "a quote is opened and not closed");
    }
    text = text.substr(1, text.size() - 2);
  }
  if (text.size() >= 2 && text.front() == '/') {
    if (text.back() != '/') {
      return fail(ErrorCode::Invalid, "seclang", "a regular expression has no closing slash");
    }
    selector.kind = SelectorAst::Kind::Regex;
    for (size_t i = 1; i + 1 < text.size(); ++i) {
      if (text[i] == '\\' && text[i + 1] == '/' && i + 2 < text.size()) continue;
      selector.text.push_back(text[i]);
    }
    return selector;
  }
  selector.kind = SelectorAst::Kind::Name;
  selector.text = text;
  return selector;
}

Result<TargetAst> readTarget(std::string_view text, size_t* at) {
  TargetAst target;
  const size_t start = *at;
  size_t i = start;
  if (i < text.size() && text[i] == '!') target.exclude = true, ++i;
  if (i < text.size() && text[i] == '&') target.count = true, ++i;
  const size_t name_start = i;
  while (i < text.size() && isNameByte(text[i])) ++i;
  const std::string name(text.substr(name_start, i - name_start));
  if (name.empty()) {
    return fail(ErrorCode::Invalid, "seclang",
                "a variable is missing at \"" + std::string(text.substr(start, 40)) + "\"");
  }
  if (!findVariable(name, &target.variable)) {
    if (const std::string_view why = whyNoVariable(name); !why.empty()) {
      return fail(ErrorCode::Invalid, "seclang", name + ": not supported: " + std::string(why));
    }
    return fail(ErrorCode::Invalid, "seclang",
                "unknown variable " + name + "; the nearest known one is " +
                    std::string(nearestVariable(name)));
  }
  if (i < text.size() && (text[i] == ':' || text[i] == '.')) {
    const bool xpath = target.variable == VariableId::Xml;
    const size_t end = selectorEnd(text, i + 1, xpath);
    auto selector = parseSelector(text.substr(i + 1, end - i - 1), xpath);
    if (!selector) {
      return fail(ErrorCode::Invalid, "seclang", name + ": " + selector.error().message);
    }
    target.selector = std::move(*selector);
    i = end;
  }
  while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
  if (i < text.size() && !isSeparator(text[i])) {
    return fail(ErrorCode::Invalid, "seclang",
                name + ": unexpected text \"" + std::string(text.substr(i, 40)) + "\"");
  }
  target.text = trim(text.substr(start, i - start));
  *at = i;
  return target;
}

}  // namespace

Result<std::vector<TargetAst>> parseTargets(std::string_view text) {
  std::vector<TargetAst> targets;
  text = trim(text);
  size_t at = 0;
  while (true) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    auto target = readTarget(text, &at);
    if (!target) return fail(target.error());
    targets.push_back(std::move(*target));
    if (at >= text.size()) return targets;
    ++at;
  }
}

Result<TargetAst> parseTarget(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text.front() == '!') text.remove_prefix(1);
  size_t at = 0;
  auto target = readTarget(text, &at);
  if (target && (at < text.size() || target->count)) {
    return fail(ErrorCode::Invalid, "seclang",
                "one variable is expected, not \"" + std::string(text.substr(0, 80)) + "\"");
  }
  return target;
}

}  // namespace waf
