#include "waf/engine/selector.h"

namespace waf {

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
