#include "waf/engine/persistent_collections.h"

#include <algorithm>
#include <cstdlib>

#include "waf/base/text.h"

namespace waf {
namespace {

int64_t secondsOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

PersistentCollections& PersistentCollections::process() {
  static PersistentCollections collections;
  return collections;
}

void PersistentCollections::dropRecord(const std::string& key) {
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  bytes_ -= found->second.bytes;
  const auto recent = found->second.recent;
  records_.erase(found);
  recent_.erase(recent);  // last: `key` may lie in it
}

PersistentCollections::Record* PersistentCollections::find(const std::string& key, WallTime now) {
  const auto found = records_.find(key);
  if (found == records_.end()) return nullptr;
  if (found->second.expires <= now) {
    dropRecord(key);
    return nullptr;
  }
  recent_.splice(recent_.begin(), recent_, found->second.recent);
  return &found->second;
}

void PersistentCollections::makeRoom() {
  while (!recent_.empty() && (records_.size() >= kMaxRecords || bytes_ > kMaxBytes)) {
    dropRecord(recent_.back());
  }
}

PersistentCollections::Record& PersistentCollections::findOrCreate(const std::string& key,
                                                                   WallTime now) {
  if (Record* record = find(key, now)) return *record;
  makeRoom();
  recent_.push_front(key);
  Record& record = records_[key];
  record.recent = recent_.begin();
  record.created = now;
  record.bytes = 2 * key.size() + kOverheadBytes;
  bytes_ += record.bytes;
  return record;
}

PersistentCollections::Variable* PersistentCollections::variable(Record& record,
                                                                 const std::string& name,
                                                                 WallTime now, bool create) {
  auto& all = record.variables;
  std::erase_if(all, [&](const Variable& candidate) {
    if (candidate.expires > now) return false;
    const size_t size = candidate.name.size() + candidate.value.size() + kOverheadBytes;
    record.bytes -= size;
    bytes_ -= size;
    return true;
  });
  const std::string shown = name.substr(0, kMaxValueBytes / 8);
  for (Variable& candidate : all) {
    if (equalsIgnoreCase(candidate.name, shown)) return &candidate;
  }
  if (!create || all.size() >= kMaxVariables) return nullptr;
  Variable added;
  added.name = shown;
  added.reduced = now;
  record.bytes += shown.size() + kOverheadBytes;
  bytes_ += shown.size() + kOverheadBytes;
  all.push_back(std::move(added));
  return &all.back();
}

void PersistentCollections::touch(Record& record, WallTime now, std::chrono::seconds timeout) {
  record.updated = now;
  ++record.updates;
  record.expires = now + (record.timeout.count() > 0 ? record.timeout : timeout);
}

void PersistentCollections::assign(Record& record, Variable& variable, std::string_view value) {
  const size_t before = variable.value.size();
  variable.value = value.substr(0, kMaxValueBytes);
  record.bytes += variable.value.size() - before;
  bytes_ += variable.value.size() - before;
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

std::optional<std::string> PersistentCollections::property(const std::string& key,
                                                           std::string_view name, WallTime now,
                                                           std::chrono::seconds timeout) {
  const std::lock_guard lock(mutex_);
  const Record* record = find(key, now);
  if (equalsIgnoreCase(name, "IS_NEW")) return record == nullptr ? "1" : "0";
  const int64_t created = secondsOf(record == nullptr ? now : record->created);
  if (equalsIgnoreCase(name, "CREATE_TIME")) return std::to_string(created);
  if (equalsIgnoreCase(name, "LAST_UPDATE_TIME")) {
    return std::to_string(secondsOf(record == nullptr ? now : record->updated));
  }
  const uint64_t updates = record == nullptr ? 0 : record->updates;
  if (equalsIgnoreCase(name, "UPDATE_COUNTER")) return std::to_string(updates);
  if (equalsIgnoreCase(name, "UPDATE_RATE")) {
    const int64_t minutes = std::max<int64_t>((secondsOf(now) - created) / 60, 1);
    return std::to_string(updates / static_cast<uint64_t>(minutes));
  }
  if (equalsIgnoreCase(name, "TIMEOUT")) {
    const bool own = record != nullptr && record->timeout.count() > 0;
    return std::to_string((own ? record->timeout : timeout).count());
  }
  return std::nullopt;
}

void PersistentCollections::set(const std::string& key, const std::string& name,
                                std::string_view value, WallTime now,
                                std::chrono::seconds timeout) {
  const std::lock_guard lock(mutex_);
  Record& record = findOrCreate(key, now);
  uint64_t seconds = 0;
  if (equalsIgnoreCase(name, "TIMEOUT") && parseUint64(value, &seconds) && seconds < UINT32_MAX) {
    record.timeout = std::chrono::seconds(seconds);
  } else if (Variable* found = variable(record, name, now, true)) {
    assign(record, *found, value);
    found->reduced = now;
  }
  touch(record, now, timeout);
}

std::string PersistentCollections::add(const std::string& key, const std::string& name,
                                       int64_t delta, WallTime now, std::chrono::seconds timeout) {
  const std::lock_guard lock(mutex_);
  Record& record = findOrCreate(key, now);
  touch(record, now, timeout);
  Variable* found = variable(record, name, now, true);
  if (found == nullptr) return {};
  const int64_t before = std::strtoll(found->value.c_str(), nullptr, 10);
  assign(record, *found,
         std::to_string(
             static_cast<int64_t>(static_cast<uint64_t>(before) + static_cast<uint64_t>(delta))));
  return found->value;
}

std::optional<std::string> PersistentCollections::deprecate(const std::string& key,
                                                            const std::string& name, int64_t amount,
                                                            std::chrono::seconds period,
                                                            WallTime now) {
  const std::lock_guard lock(mutex_);
  Record* record = find(key, now);
  if (record == nullptr || period.count() <= 0 || amount <= 0) return std::nullopt;
  Variable* found = variable(*record, name, now, false);
  if (found == nullptr) return std::nullopt;
  const int64_t periods = (now - found->reduced) / period;
  if (periods <= 0) return std::nullopt;
  const int64_t value = std::strtoll(found->value.c_str(), nullptr, 10);
  // In this order, since amount * periods may be more than a number holds.
  const bool gone = value <= 0 || periods > value / amount;
  assign(*record, *found, std::to_string(gone ? 0 : value - amount * periods));
  found->reduced += periods * period;
  return found->value;
}

void PersistentCollections::remove(const std::string& key, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  for (Variable& candidate : found->second.variables) {
    if (equalsIgnoreCase(candidate.name, name)) candidate.expires = WallTime::min();
  }
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
  bytes_ = 0;
}

size_t PersistentCollections::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace waf
