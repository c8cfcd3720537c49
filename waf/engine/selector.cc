#include "waf/engine/selector.h"

#include <algorithm>

namespace waf {

namespace {

bool isPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// The text of a pattern that only asks how a name begins; "" for any other.
std::string prefixOf(std::string_view pattern) {
  if (!pattern.starts_with('^')) return {};
  pattern.remove_prefix(1);
  return std::all_of(pattern.begin(), pattern.end(), isPlain) ? toLower(pattern) : std::string();
}

// A text that every match begins with; "" when there may be none.
std::string beginningOf(std::string_view pattern) {
  if (pattern.find('|') != std::string_view::npos) return {};
  const auto end = std::find_if_not(pattern.begin(), pattern.end(), isPlain);
  auto size = static_cast<size_t>(end - pattern.begin());
  // Behind the last letter may be a quantifier, at once or after what stands for nothing (\E, a
  // comment, an option).
  const bool is_certain = end == pattern.end() || *end == '.' || *end == '[' || *end == '$';
  if (!is_certain && size > 0) --size;
  return toLower(pattern.substr(0, size));
}

bool holdsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::search(text.begin(), text.end(), lower.begin(), lower.end(),
                     [](char c, char wanted) { return asciiLower(c) == wanted; }) != text.end();
}

}  // namespace

Result<Selector> Selector::compile(const SelectorAst& ast) {
  Selector selector;
  selector.kind = ast.kind;
  selector.written = ast.text;
  if (ast.kind == SelectorAst::Kind::Name) {
    selector.name = toLower(ast.text);
    selector.hash = nameHash(ast.text);
  } else if (ast.kind == SelectorAst::Kind::XPath) {
    selector.name = ast.text;
  } else if (ast.kind == SelectorAst::Kind::Regex) {
    selector.name = ast.text;
    RegexOptions options;
    options.caseless = true;
    auto regex = Regex::compile(ast.text, options);
    if (!regex) {
      return fail(ErrorCode::Invalid, "seclang", "/" + ast.text + "/: " + regex.error().message);
    }
    selector.prefix = prefixOf(ast.text);
    selector.needed = beginningOf(ast.text);
    selector.pattern = std::make_shared<const Regex>(std::move(*regex));
  }
  return selector;
}

bool Selector::matches(const Value& value, bool on_limit) const {
  switch (kind) {
    case SelectorAst::Kind::All:
    case SelectorAst::Kind::XPath:
      return true;
    case SelectorAst::Kind::Name:
      return value.hash == hash && equalsIgnoreCase(value.name, name);
    case SelectorAst::Kind::Regex: {
      if (!prefix.empty()) {
        if (equalsIgnoreCase(value.name.substr(0, prefix.size()), prefix)) return true;
        // "^" also stands behind each line feed.
        if (value.name.find('\n') == std::string_view::npos) return false;
      }
      if (!needed.empty() && !holdsIgnoringCase(value.name, needed)) return false;
      const RegexStatus status = pattern->search(value.name, 0, nullptr);
      return status == RegexStatus::LimitExceeded ? on_limit : status == RegexStatus::Match;
    }
  }
  return false;
}

Result<Exclusion> Exclusion::compile(const TargetAst& ast) {
  auto selector = Selector::compile(ast.selector);
  if (!selector) return fail(selector.error());
  return Exclusion{ast.variable, std::move(*selector)};
}

}  // namespace waf
