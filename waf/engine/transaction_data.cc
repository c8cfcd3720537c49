#include "waf/engine/transaction_data.h"

#include <algorithm>
#include <charconv>

namespace waf {

TransactionData::TransactionData(const Program& program, const Clock& clock)
    : program_(program), clock_(clock), start_wall_(clock.wall()), start_(clock.monotonic()) {
  collections_.reserve(kVariableCount);
  for (size_t i = 0; i < kVariableCount; ++i) {
    collections_.emplace_back(arena_.resource());
    scalars_[i].variable = static_cast<VariableId>(i);
  }
  tx_.resize(program.tx_names.size());
  tx_listed_.resize(program.tx_names.size());
  tx_order_.reserve(program.tx_names.size());
}

void TransactionData::set(VariableId id, std::string_view text) { setView(id, arena_.copy(text)); }

void TransactionData::setView(VariableId id, std::string_view text) {
  Value& value = scalars_[index(id)];
  value.text = text;
  value.memo = nullptr;
  value.verdict = nullptr;
  scalar_set_[index(id)] = true;
}

void TransactionData::setNumber(VariableId id, uint64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  set(id, std::string_view(digits, static_cast<size_t>(end - digits)));
}

void TransactionData::add(VariableId id, std::string_view name, std::string_view text) {
  Value value;
  value.variable = id;
  value.name = arena_.copy(name);
  value.hash = nameHash(name);
  value.text = arena_.copy(text);
  collections_[index(id)].push_back(value);
}

const Value* TransactionData::find(VariableId id, std::string_view name) const {
  const uint32_t hash = nameHash(name);
  for (const Value& value : collections_[index(id)]) {
    if (value.hash == hash && equalsIgnoreCase(value.name, name)) return &value;
  }
  return nullptr;
}

Value* TransactionData::newValue(VariableId id, std::string_view name,
                                 std::string_view text) const {
  void* at = arena_.resource()->allocate(sizeof(Value), alignof(Value));
  auto* value = new (at) Value();
  value->variable = id;
  value->name = name;
  value->hash = nameHash(name);
  value->text = arena_.copy(text);
  return value;
}

void TransactionData::setTx(int slot, std::string_view text) {
  const auto at = static_cast<size_t>(slot);
  if (!tx_listed_[at]) {
    tx_listed_[at] = true;
    tx_order_.push_back(slot);
  }
  tx_[at] = newValue(VariableId::Tx, txName(slot), text);
}

void TransactionData::unsetTx(int slot) { tx_[static_cast<size_t>(slot)] = nullptr; }

std::string_view TransactionData::tx(int slot) const {
  const Value* value = tx_[static_cast<size_t>(slot)];
  return value == nullptr ? std::string_view() : value->text;
}

std::string_view TransactionData::txName(int slot) const {
  const auto at = static_cast<size_t>(slot);
  const size_t known = program_.tx_names.size();
  return at < known ? std::string_view(program_.tx_names.name(at)) : dynamic_names_[at - known];
}

int TransactionData::txSlot(std::string_view name) {
  // Names are client bytes in part (setvar:tx.%{MATCHED_VAR_NAME}=…); the argument limits bound how
  // many come.
  const std::string lower = toLower(name);
  const int known = program_.tx_names.find(lower);
  if (known >= 0) return known;
  const auto [found, added] = dynamic_slots_.emplace(lower, static_cast<int>(tx_.size()));
  if (added) {
    dynamic_names_.push_back(arena_.copy(name));
    tx_.push_back(nullptr);
    tx_listed_.push_back(false);
  }
  return found->second;
}

std::string_view TransactionData::txByName(std::string_view name) const {
  const std::string lower = toLower(name);
  int slot = program_.tx_names.find(lower);
  if (slot < 0) {
    const auto found = dynamic_slots_.find(lower);
    if (found == dynamic_slots_.end()) return {};
    slot = found->second;
  }
  return tx(slot);
}

void TransactionData::addMatchedValue(std::string_view label, std::string_view text) {
  const std::string_view name = arena_.copy(label);
  matched_values_.push_back(newValue(VariableId::MatchedVars, name, text));
  Value& last = scalars_[index(VariableId::MatchedVar)];
  last.text = matched_values_.back()->text;
  last.memo = nullptr;
  last.verdict = nullptr;
  Value& last_name = scalars_[index(VariableId::MatchedVarName)];
  last_name.text = name;
  last_name.memo = nullptr;
  last_name.verdict = nullptr;
  scalar_set_[index(VariableId::MatchedVar)] = true;
  scalar_set_[index(VariableId::MatchedVarName)] = true;
}

void TransactionData::noteSeverity(int level) {
  highest_severity_ = std::min(highest_severity_, level);
}

}  // namespace waf
