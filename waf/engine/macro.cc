// macro = *(text | "%{" name [("." | ":") selector] "}")
#include "waf/engine/macro.h"

#include "waf/engine/transaction_data.h"
#include "waf/seclang/targets.h"

namespace waf {

bool Macro::hasVariables(std::string_view text) {
  const size_t start = text.find("%{");
  return start != std::string_view::npos && text.find('}', start) != std::string_view::npos;
}

Result<Macro> Macro::compile(std::string_view text, TxNames* tx_names) {
  Macro macro;
  std::string literal;
  const auto flush = [&] {
    if (literal.empty()) return;
    Part part;
    part.text = std::move(literal);
    macro.parts_.push_back(std::move(part));
    literal.clear();
  };
  while (!text.empty()) {
    const size_t start = text.find("%{");
    const size_t end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) break;
    literal.append(text.substr(0, start));
    auto part = compileVariable(text.substr(start + 2, end - start - 2), tx_names);
    if (!part) return fail(part.error());
    flush();
    macro.parts_.push_back(std::move(*part));
    text.remove_prefix(end + 1);
  }
  literal.append(text);
  flush();
  return macro;
}

Result<Macro::Part> Macro::compileVariable(std::string_view name, TxNames* tx_names) {
  auto target = parseTarget(name);
  if (!target) {
    return fail(ErrorCode::Invalid, "seclang",
                "%{" + std::string(name) + "}: " + target.error().message);
  }
  auto selector = Selector::compile(target->selector);
  if (!selector) return fail(selector.error());
  Part part;
  part.variable = true;
  part.id = target->variable;
  part.selector = std::move(*selector);
  if (part.id == VariableId::Tx && target->selector.kind == SelectorAst::Kind::Name) {
    part.tx_slot = tx_names->intern(target->selector.text);
  }
  return part;
}

void Macro::expandPart(const Part& part, const TransactionData& data, const Rule* rule,
                       std::string* out) {
  if (!part.variable) {
    out->append(part.text);
  } else if (part.tx_slot >= 0) {
    out->append(data.tx(part.tx_slot));
  } else {
    out->append(data.first(part.id, part.selector, rule));
  }
}

void Macro::expand(const TransactionData& data, const Rule* rule, std::string* out) const {
  for (const Part& part : parts_) expandPart(part, data, rule, out);
}

std::string_view Macro::getVariable(const TransactionData& data, const Rule* rule,
                                    std::string* scratch) const {
  if (soleTxSlot() >= 0) return data.tx(soleTxSlot());
  scratch->clear();
  expand(data, rule, scratch);
  return *scratch;
}

}  // namespace waf
