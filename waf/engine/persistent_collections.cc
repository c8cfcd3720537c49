#include "waf/engine/persistent_collections.h"

#include <algorithm>
#include <cstdlib>

#include "waf/base/text.h"

namespace waf {

PersistentCollections& PersistentCollections::process() {
  static PersistentCollections collections;
  return collections;
}

PersistentCollections::Record* PersistentCollections::find(const std::string& key, WallTime now) {
  const auto found = records_.find(key);
  if (found == records_.end()) return nullptr;
  if (found->second.expires <= now) {
    recent_.erase(found->second.recent);
    records_.erase(found);
    return nullptr;
  }
  recent_.splice(recent_.begin(), recent_, found->second.recent);
  return &found->second;
}

PersistentCollections::Record& PersistentCollections::findOrCreate(const std::string& key,
                                                                   WallTime now) {
  if (Record* record = find(key, now)) return *record;
  if (records_.size() >= kMaxRecords) {
    records_.erase(recent_.back());
    recent_.pop_back();
  }
  recent_.push_front(key);
  Record& record = records_[key];
  record.recent = recent_.begin();
  return record;
}

PersistentCollections::Variable* PersistentCollections::variable(Record& record,
                                                                 const std::string& name,
                                                                 WallTime now, bool create) {
  auto& all = record.variables;
  std::erase_if(all, [&](const Variable& candidate) { return candidate.expires <= now; });
  for (Variable& candidate : all) {
    if (equalsIgnoreCase(candidate.name, name)) return &candidate;
  }
  if (!create || all.size() >= kMaxVariables) return nullptr;
  all.push_back(Variable{name, {}});
  return &all.back();
}

PersistentCollections::Variables PersistentCollections::read(const std::string& key, WallTime now) {
  const std::lock_guard lock(mutex_);
  Variables out;
  const Record* record = find(key, now);
  if (record == nullptr) return out;
  for (const Variable& candidate : record->variables) {
    if (candidate.expires > now) out.emplace_back(candidate.name, candidate.value);
  }
  return out;
}

void PersistentCollections::set(const std::string& key, const std::string& name,
                                std::string_view value, WallTime now,
                                std::chrono::seconds timeout) {
  const std::lock_guard lock(mutex_);
  Record& record = findOrCreate(key, now);
  record.expires = now + timeout;
  if (Variable* found = variable(record, name, now, true)) found->value = value;
}

std::string PersistentCollections::add(const std::string& key, const std::string& name,
                                       int64_t delta, WallTime now, std::chrono::seconds timeout) {
  const std::lock_guard lock(mutex_);
  Record& record = findOrCreate(key, now);
  record.expires = now + timeout;
  Variable* found = variable(record, name, now, true);
  if (found == nullptr) return {};
  const int64_t before = std::strtoll(found->value.c_str(), nullptr, 10);
  found->value = std::to_string(
      static_cast<int64_t>(static_cast<uint64_t>(before) + static_cast<uint64_t>(delta)));
  return found->value;
}

void PersistentCollections::remove(const std::string& key, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  std::erase_if(found->second.variables,
                [&](const Variable& candidate) { return equalsIgnoreCase(candidate.name, name); });
}

void PersistentCollections::expire(const std::string& key, const std::string& name, WallTime when) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  for (Variable& candidate : found->second.variables) {
    if (equalsIgnoreCase(candidate.name, name)) candidate.expires = when;
  }
}

void PersistentCollections::clear() {
  const std::lock_guard lock(mutex_);
  records_.clear();
  recent_.clear();
}

}  // namespace waf
