// How targets and macros find values.
#include <algorithm>
#include <array>

#include "waf/engine/transaction_data.h"

namespace waf {
std::span<const VariableId> TransactionData::partsOf(const VariableId& id) {
  static constexpr std::array kArgs{VariableId::ArgsGet, VariableId::ArgsPost, VariableId::Args};
  static constexpr std::array kNames{VariableId::ArgsGetNames, VariableId::ArgsPostNames,
                                     VariableId::ArgsNames};
  if (id == VariableId::Args) return kArgs;
  if (id == VariableId::ArgsNames) return kNames;
  return {&id, 1};
}

template <typename F>
void TransactionData::forEachTx(const Selector& selector, F&& visit) const {
  for (const int slot : tx_order_) {
    const Value* value = tx_[static_cast<size_t>(slot)];
    if (value != nullptr && selector.selects(*value)) visit(*value);
  }
}

template <typename F>
void TransactionData::forEachAssigned(VariableId id, const Selector& selector, F&& visit) const {
  refresh(id);
  const auto found = assigned_.find(id);
  if (found == assigned_.end()) return;
  bool any = false;
  for (const Value* value : found->second.values) {
    if (!selector.selects(*value)) continue;
    any = true;
    visit(*value);
  }
  // By name only: a rule over the whole collection asks about what rules put there.
  if (any || selector.kind != SelectorAst::Kind::Name) return;
  if (const auto text = property(id, selector.name)) visit(*newValue(id, selector.written, *text));
}

template <typename F>
void TransactionData::forEachMatched(VariableId id, const Selector& selector, F&& visit) const {
  for (const Matched& matched : matched_) {
    std::string label;
    appendLabel(*matched.target, matched.name, &label);
    const std::string_view name = arena_.copy(label);
    const std::string_view text = id == VariableId::MatchedVars ? matched.text : name;
    const Value& value = *newValue(id, name, text);
    if (selector.selects(value)) visit(value);
  }
}

// What the rule does not say has no value.
template <typename F>
void TransactionData::forEachRuleField(const Rule& rule, const Selector& selector,
                                       F&& visit) const {
  for (const std::string_view name : {"id", "rev", "ver", "severity", "logdata", "msg", "phase"}) {
    const Value* field = newValue(VariableId::Rule, name, {});
    if (!selector.selects(*field)) continue;
    if (const auto text = ruleField(rule, name)) visit(*newValue(VariableId::Rule, name, *text));
  }
}

template <typename F>
void TransactionData::forEach(VariableId id, const Selector& selector, const Rule* rule,
                              F&& visit) const {
  const auto visitAll = [&](const auto& values) {
    for (const Value& value : values) {
      if (selector.selects(value)) visit(value);
    }
  };
  switch (variableInfo(id).kind) {
    case VariableKind::Scalar:
      if (scalar_set_[index(id)]) visit(scalar(id));
      return;
    case VariableKind::Collection:
      for (const VariableId part : partsOf(id)) visitAll(collection(part));
      return;
    case VariableKind::Xml:
      if (xml_) {
        for (const Value* value : xmlValues(selector.name, rule)) visit(*value);
      }
      return;
    case VariableKind::Computed:
      if (id == VariableId::Rule) {
        if (rule != nullptr) forEachRuleField(*rule, selector, visit);
      } else {
        visit(*newValue(id, {}, computed(id)));
      }
      return;
    case VariableKind::Mutable:
      break;
  }
  switch (id) {
    case VariableId::Tx:
      return forEachTx(selector, visit);
    case VariableId::MatchedVars:
    case VariableId::MatchedVarsNames:
      return forEachMatched(id, selector, visit);
    case VariableId::MatchedVar:
    case VariableId::MatchedVarName:
      showLastMatched();
      visit(scalar(id));
      return;
    case VariableId::Env:
    case VariableId::Ip:
    case VariableId::Global:
    case VariableId::Resource:
    case VariableId::Session:
    case VariableId::User:
      return forEachAssigned(id, selector, visit);
    default:
      if (scalar_set_[index(id)]) visit(scalar(id));
  }
}

uint64_t TransactionData::count(const Target& target, const Rule& rule) const {
  if (target.tx_slot >= 0) return hasTx(target.tx_slot) ? 1 : 0;
  uint64_t count = 0;
  forEach(target.variable, target.selector, &rule, [&](const Value&) { ++count; });
  return count;
}

void TransactionData::collect(const Target& target, const Rule& rule,
                              std::pmr::vector<FoundValue>* out) const {
  if (target.count) {
    const std::string_view digits = digitsOf(count(target, rule));
    out->push_back({newValue(target.variable, target.selector.written, digits), &target});
    return;
  }
  const auto isLeftOut = [&](const Value& value) {
    return std::any_of(
        target.exclusions.begin(), target.exclusions.end(),
        [&](const Exclusion& exclusion) { return exclusion.applies(target.variable, value); });
  };
  if (target.tx_slot >= 0) {
    const Value* value = tx_[static_cast<size_t>(target.tx_slot)];
    if (value != nullptr && !isLeftOut(*value)) out->push_back({value, &target});
    return;
  }
  if (!target.tx_selected.empty()) {
    const bool any_known = std::any_of(target.tx_selected.begin(), target.tx_selected.end(),
                                       [](uint64_t names) { return names != 0; });
    if (!any_known && dynamic_names_.empty()) return;
    for (size_t i = any_known ? 0 : first_dynamic_; i < tx_order_.size(); ++i) {
      const auto at = static_cast<size_t>(tx_order_[i]);
      if (tx_[at] == nullptr) continue;
      const bool selected = at < program_.tx_names.size()
                                ? (target.tx_selected[at / 64] >> (at % 64) & 1) != 0
                                : target.selector.selects(*tx_[at]);
      if (selected && !isLeftOut(*tx_[at])) out->push_back({tx_[at], &target});
    }
    return;
  }
  forEach(target.variable, target.selector, &rule, [&](const Value& value) {
    if (!isLeftOut(value)) out->push_back({&value, &target});
  });
}

std::string_view TransactionData::first(VariableId id, const Selector& selector,
                                        const Rule* rule) const {
  const Value* found = nullptr;
  forEach(id, selector, rule, [&](const Value& value) {
    if (found == nullptr) found = &value;
  });
  return found == nullptr ? std::string_view() : found->text;
}

const std::vector<Value*>& TransactionData::xmlValues(std::string_view xpath,
                                                      const Rule* rule) const {
  const std::string expression(xpath);
  std::string key = expression;
  if (rule != nullptr) {
    for (const auto& [prefix, uri] : rule->namespaces) key += "\n" + prefix + "=" + uri;
  }
  const auto found = xml_values_.find(key);
  if (found != xml_values_.end()) return found->second;
  std::vector<Value*>& values = xml_values_[key];
  // "XML" alone is the document with its markup: what @validateDTD and @validateSchema look at.
  if (xpath.empty()) {
    values.push_back(newValue(VariableId::Xml, {}, xml_source_));
    return values;
  }
  static const std::vector<std::pair<std::string, std::string>> kNone;
  bool complete = true;
  const auto& namespaces = rule != nullptr ? rule->namespaces : kNone;
  for (const std::string& text : xml_->select(expression, namespaces, &complete)) {
    values.push_back(newValue(VariableId::Xml, {}, text));
  }
  if (!complete) xml_cut_ = true;
  return values;
}

}  // namespace waf
