// ENV and the collections that outlive a transaction.
#include <cstdlib>

#include "waf/engine/transaction_data.h"

namespace waf {
TransactionData::AssignedVariables& TransactionData::assignedOf(VariableId id) const {
  return assigned_[id];
}

void TransactionData::startCollection(VariableId collection, std::string_view key) {
  AssignedVariables& variables = assignedOf(collection);
  if (variables.started) return;  // the manual: once in a transaction
  // GLOBAL and RESOURCE are the rule set's, the others the client's: the name keeps them apart.
  variables.key =
      PersistentCollections::keyOf(program_.settings.web_app_id, variableName(collection), key);
  variables.started = true;
  variables.is_new =
      PersistentCollections::process().property(variables.key, "IS_NEW", clock_.wall(), {}) == "1";
  if (collection == VariableId::Session) set(VariableId::SessionId, key);
  if (collection == VariableId::User) set(VariableId::UserId, key);
}

void TransactionData::refresh(VariableId id) const {
  const auto found = assigned_.find(id);
  if (found == assigned_.end() || !found->second.started) return;
  AssignedVariables& variables = found->second;
  PersistentCollections::Variables stored;
  if (!PersistentCollections::process().readChanged(variables.key, clock_.wall(),
                                                    &variables.version, &stored)) {
    return;
  }
  variables.values.clear();
  for (const auto& [name, text] : stored) {
    variables.values.push_back(newValue(id, arena_.copy(name), text));
  }
}

void TransactionData::assign(VariableId collection, std::string_view name, std::string_view text) {
  AssignedVariables& variables = assignedOf(collection);
  if (collection == VariableId::Env) {
    unassign(collection, name);
    variables.values.push_back(newValue(collection, arena_.copy(name), text));
    return;
  }
  if (!variables.started)
    return;  // ModSecurity: a collection that was not initialised takes nothing
  PersistentCollections::process().set(
      variables.key, std::string(name), text, clock_.wall(),
      std::chrono::seconds(program_.settings.collection_timeout_seconds));
}

void TransactionData::unassign(VariableId collection, std::string_view name) {
  AssignedVariables& variables = assignedOf(collection);
  if (collection == VariableId::Env) {
    std::erase_if(variables.values,
                  [&](const Value* value) { return equalsIgnoreCase(value->name, name); });
  } else if (variables.started) {
    PersistentCollections::process().remove(variables.key, std::string(name));
  }
}

void TransactionData::expire(VariableId collection, std::string_view name,
                             std::chrono::seconds after) {
  const AssignedVariables& variables = assignedOf(collection);
  if (!variables.started) return;
  PersistentCollections::process().expire(variables.key, std::string(name), clock_.wall() + after);
}

std::string_view TransactionData::assigned(VariableId collection, std::string_view name) const {
  refresh(collection);
  const auto found = assigned_.find(collection);
  if (found != assigned_.end()) {
    for (const Value* value : found->second.values) {
      if (equalsIgnoreCase(value->name, name)) return value->text;
    }
  }
  return {};
}

std::optional<std::string> TransactionData::property(VariableId collection,
                                                     std::string_view name) const {
  const auto found = assigned_.find(collection);
  if (found == assigned_.end() || !found->second.started) return std::nullopt;
  const AssignedVariables& variables = found->second;
  if (equalsIgnoreCase(name, "KEY")) {
    const size_t before = program_.settings.web_app_id.size() + variableName(collection).size() + 2;
    return variables.key.substr(before, PersistentCollections::kMaxKeyBytes);
  }
  // What this transaction itself sets does not make the record an old one.
  if (equalsIgnoreCase(name, "IS_NEW")) return variables.is_new ? "1" : "0";
  return PersistentCollections::process().property(
      variables.key, name, clock_.wall(),
      std::chrono::seconds(program_.settings.collection_timeout_seconds));
}

std::optional<std::string> TransactionData::deprecate(VariableId collection, std::string_view name,
                                                      int64_t amount, std::chrono::seconds period) {
  const AssignedVariables& variables = assignedOf(collection);
  if (!variables.started) return std::nullopt;
  return PersistentCollections::process().deprecate(variables.key, std::string(name), amount,
                                                    period, clock_.wall());
}

std::string_view TransactionData::addAssigned(VariableId collection, std::string_view name,
                                              int64_t delta) {
  AssignedVariables& variables = assignedOf(collection);
  if (!variables.started) return {};
  return arena_.copy(PersistentCollections::process().add(
      variables.key, std::string(name), delta, clock_.wall(),
      std::chrono::seconds(program_.settings.collection_timeout_seconds)));
}

}  // namespace waf
