#include "waf/engine/transaction_data.h"

#include <algorithm>
#include <charconv>

#include "waf/base/seeded_hash.h"

namespace waf {

const TransactionData::Values TransactionData::kNoValues;

TransactionData::TransactionData(const Program& program, const Clock& clock)
    : program_(program),
      clock_(clock),
      start_(clock.monotonic()),
      tx_(program.tx_names.size(), arena_.resource()),
      tx_order_(arena_.resource()),
      tx_listed_(program.tx_names.size(), false, arena_.resource()),
      dynamic_names_(arena_.resource()),
      dynamic_slots_(arena_.resource()),
      matched_(arena_.resource()) {
  tx_order_.reserve(program.tx_names.size());
}

void TransactionData::set(VariableId id, std::string_view text) { setView(id, arena_.copy(text)); }

void TransactionData::setView(VariableId id, std::string_view text) {
  scalars_[index(id)] = Value{.variable = id, .text = text};
  scalar_set_[index(id)] = true;
}

void TransactionData::setNumber(VariableId id, uint64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  set(id, std::string_view(digits, static_cast<size_t>(end - digits)));
}

void TransactionData::add(VariableId id, std::string_view name, std::string_view text) {
  append(id, {.variable = id,
              .hash = nameHash(name),
              .name = arena_.copy(name),
              .text = arena_.copy(text)});
}

void TransactionData::addNamed(VariableId values, VariableId names, std::string_view name,
                               std::string_view text) {
  Value value{.variable = values,
              .hash = nameHash(name),
              .name = arena_.copy(name),
              .text = arena_.copy(text)};
  append(values, value);
  value.variable = names;
  value.text = value.name;
  append(names, value);
}

void TransactionData::append(VariableId id, const Value& value) {
  Values*& values = collections_[index(id)];
  if (values == nullptr) {
    auto* resource = arena_.resource();
    values = new (resource->allocate(sizeof(Values), alignof(Values))) Values(resource);
    values->reserve(kFirstValues);
  }
  values->push_back(value);
}

const Value* TransactionData::find(VariableId id, std::string_view name) const {
  const uint32_t hash = nameHash(name);
  for (const Value& value : collection(id)) {
    if (value.hash == hash && equalsIgnoreCase(value.name, name)) return &value;
  }
  return nullptr;
}

std::string_view TransactionData::digitsOf(uint64_t number) const {
  static constexpr std::string_view kDigits = "0123456789";
  if (number < 10) return kDigits.substr(number, 1);
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  return arena_.copy(std::string_view(digits, static_cast<size_t>(end - digits)));
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

void TransactionData::setTxView(int slot, std::string_view text) {
  const auto at = static_cast<size_t>(slot);
  if (!tx_listed_[at]) {
    tx_listed_[at] = true;
    tx_order_.push_back(slot);
  }
  auto* value = new (arena_.resource()->allocate(sizeof(Value), alignof(Value))) Value();
  value->variable = VariableId::Tx;
  value->name = txName(slot);
  const size_t known = program_.tx_names.size();
  value->hash = at < known ? program_.tx_names.hash(at) : dynamic_names_[at - known].hash;
  value->text = text;
  tx_[at] = value;
}

void TransactionData::setTxValues(std::span<const SteadyPath::Write> writes) {
  if (writes.empty()) return;
  auto* values = static_cast<Value*>(
      arena_.resource()->allocate(writes.size() * sizeof(Value), alignof(Value)));
  for (const auto& [slot, value] : writes) {
    const auto at = static_cast<size_t>(slot);
    if (!tx_listed_[at]) {
      tx_listed_[at] = true;
      tx_order_.push_back(slot);
    }
    tx_[at] = new (values++) Value(value);
  }
}

void TransactionData::unsetTx(int slot) { tx_[static_cast<size_t>(slot)] = nullptr; }

std::string_view TransactionData::tx(int slot) const {
  const Value* value = tx_[static_cast<size_t>(slot)];
  return value == nullptr ? std::string_view() : value->text;
}

std::string_view TransactionData::txName(int slot) const {
  const auto at = static_cast<size_t>(slot);
  const size_t known = program_.tx_names.size();
  return at < known ? std::string_view(program_.tx_names.name(at))
                    : dynamic_names_[at - known].name;
}

int TransactionData::findDynamic(uint32_t hash, std::string_view name) const {
  const size_t known = program_.tx_names.size();
  if (dynamic_names_.size() <= kFewNames) {
    for (size_t i = 0; i < dynamic_names_.size(); ++i) {
      const DynamicName& dynamic = dynamic_names_[i];
      if (dynamic.hash == hash && equalsIgnoreCase(dynamic.name, name)) {
        return static_cast<int>(known + i);
      }
    }
    return -1;
  }
  const auto [first, last] = dynamic_slots_.equal_range(seededNameHash(name));
  for (auto slot = first; slot != last; ++slot) {
    if (equalsIgnoreCase(txName(slot->second), name)) return slot->second;
  }
  return -1;
}

int TransactionData::addDynamic(uint32_t hash, std::string_view name) {
  const auto slot = static_cast<int>(tx_.size());
  if (dynamic_names_.empty()) first_dynamic_ = tx_order_.size();
  dynamic_names_.push_back({arena_.copy(name), hash});
  tx_.push_back(nullptr);
  tx_listed_.push_back(false);
  const size_t count = dynamic_names_.size();
  if (count <= kFewNames) return slot;
  const int first = count == kFewNames + 1 ? slot - static_cast<int>(kFewNames) : slot;
  for (int each = first; each <= slot; ++each) {
    dynamic_slots_.emplace(seededNameHash(txName(each)), each);
  }
  return slot;
}

int TransactionData::txSlot(std::string_view name) {
  // Names are client bytes in part (setvar:tx.%{MATCHED_VAR_NAME}=…); the argument limits bound how
  // many come.
  const uint32_t hash = nameHash(name);
  int slot = program_.tx_names.find(hash, name);
  if (slot < 0) slot = findDynamic(hash, name);
  return slot >= 0 ? slot : addDynamic(hash, name);
}

std::string_view TransactionData::txByName(std::string_view name) const {
  const uint32_t hash = nameHash(name);
  int slot = program_.tx_names.find(hash, name);
  if (slot < 0) slot = findDynamic(hash, name);
  return slot < 0 ? std::string_view() : tx(slot);
}

void TransactionData::appendLabel(const Target& target, std::string_view name, std::string* out) {
  out->append(variableName(target.variable));
  if (target.variable == VariableId::Xml) {
    if (!target.selector.name.empty()) out->append(":").append(target.selector.name);
  } else if (!name.empty() ||
             (variableInfo(target.variable).kind == VariableKind::Collection && !target.count)) {
    out->append(":").append(name);  // "ARGS:" for "?=x"
  }
}

// MATCHED_VAR and MATCHED_VAR_NAME are of the last match, also after rules that found nothing.
void TransactionData::showLastMatched() const {
  if (last_matched_shown_) return;
  last_matched_shown_ = true;
  const auto show = [this](VariableId id, std::string_view text) {
    scalars_[index(id)] = Value{.variable = id, .text = text};
    scalar_set_[index(id)] = true;
  };
  std::string label;
  appendLabel(*last_matched_.target, last_matched_.name, &label);
  show(VariableId::MatchedVar, last_matched_.text);
  show(VariableId::MatchedVarName, arena_.copy(label));
}

void TransactionData::noteSeverity(int level) {
  highest_severity_ = std::min(highest_severity_, level);
}

}  // namespace waf
