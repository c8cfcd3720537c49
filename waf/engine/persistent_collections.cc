#include "waf/engine/persistent_collections.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "waf/base/text.h"

namespace waf {
namespace {

int64_t secondsOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

constexpr auto kBucket = std::chrono::seconds(16);
constexpr auto kNewFor = std::chrono::seconds(1);
constexpr size_t kSweptPerCall = 4;
constexpr size_t kMaxEstablished = PersistentCollections::kMaxRecords / 5 * 4;

int64_t bucketOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()) / kBucket;
}

// By the name of the collection, in the middle of a key.
size_t kindOf(std::string_view key) {
  const size_t begin = key.find('\n');
  if (begin == std::string_view::npos) return 0;
  const std::string_view name = key.substr(begin + 1, key.find('\n', begin + 1) - begin - 1);
  return std::hash<std::string_view>()(name) % PersistentCollections::kKinds;
}

}  // namespace

PersistentCollections& PersistentCollections::process() {
  static PersistentCollections collections;
  return collections;
}

std::string PersistentCollections::keyOf(std::string_view application, std::string_view collection,
                                         std::string_view key) {
  std::string out(application);
  out.append("\n").append(collection).append("\n").append(key.substr(0, kMaxKeyBytes));
  if (key.size() > kMaxKeyBytes) {
    out.append("\n").append(std::to_string(std::hash<std::string_view>()(key)));
  }
  return out;
}

// A record stays in the bucket of the time for which it was made until that has come, and goes on
// from there if it was used meanwhile.
void PersistentCollections::schedule(Record& record) {
  record.bucket = bucketOf(record.expires);
  Order& bucket = buckets_[record.bucket];
  bucket.push_front(&record);
  record.due = bucket.begin();
}

void PersistentCollections::drop(Record& record) {
  Kind& kind = kinds_[record.kind];
  (record.established ? kind.established : kind.fresh).erase(record.recent);
  kind.bytes -= record.bytes;
  bytes_ -= record.bytes;
  const auto bucket = buckets_.find(record.bucket);
  bucket->second.erase(record.due);
  if (bucket->second.empty()) buckets_.erase(bucket);
  records_.erase(records_.find(*record.key));
}

// Looks at up to `most` records whose time may have come; gives how many were dropped.
size_t PersistentCollections::sweep(WallTime now, size_t most) {
  const int64_t today = bucketOf(now);
  size_t dropped = 0;
  for (; most > 0 && !buckets_.empty() && buckets_.begin()->first <= today; --most) {
    const auto bucket = buckets_.begin();
    Record& record = *bucket->second.front();
    if (record.expires <= now) {
      drop(record);
      ++dropped;
    } else if (bucketOf(record.expires) <= bucket->first) {
      break;  // later within this step
    } else {
      bucket->second.erase(record.due);
      if (bucket->second.empty()) buckets_.erase(bucket);
      schedule(record);
    }
  }
  return dropped;
}

void PersistentCollections::makeRoom(WallTime now, const Record* keep, size_t more_records) {
  while (records_.size() + more_records > kMaxRecords || bytes_ > kMaxBytes) {
    if (sweep(now, 64) > 0) continue;
    Kind* largest = &kinds_[0];
    for (Kind& kind : kinds_) {
      const bool larger =
          bytes_ > kMaxBytes ? kind.bytes > largest->bytes : kind.records() > largest->records();
      if (larger) largest = &kind;
    }
    Order& order = largest->fresh.empty() || largest->fresh.back() == keep ? largest->established
                                                                           : largest->fresh;
    if (order.empty() || order.back() == keep) return;  // a single record
    drop(*order.back());
  }
}

void PersistentCollections::use(Record& record, WallTime now) {
  Kind& kind = kinds_[record.kind];
  if (record.established) {
    kind.established.splice(kind.established.begin(), kind.established, record.recent);
    return;
  }
  // Within a second: most likely the request that made it.
  if (now - record.created < kNewFor) return;
  kind.established.splice(kind.established.begin(), kind.fresh, record.recent);
  record.established = true;
  if (kind.established.size() <= kMaxEstablished) return;
  Record& oldest = *kind.established.back();
  kind.fresh.splice(kind.fresh.begin(), kind.established, oldest.recent);
  oldest.established = false;
}

PersistentCollections::Record* PersistentCollections::find(const std::string& key, WallTime now) {
  sweep(now, kSweptPerCall);
  const auto found = records_.find(key);
  if (found == records_.end()) return nullptr;
  if (found->second.expires <= now) {
    drop(found->second);
    return nullptr;
  }
  use(found->second, now);
  return &found->second;
}

PersistentCollections::Record& PersistentCollections::findOrCreate(const std::string& key,
                                                                   WallTime now) {
  if (Record* record = find(key, now)) return *record;
  makeRoom(now, nullptr, 1);
  const auto added = records_.try_emplace(key).first;
  Record& record = added->second;
  record.key = &added->first;
  record.created = now;
  record.expires = now + std::chrono::seconds(1);  // touch() tells
  record.kind = kindOf(key);
  Kind& kind = kinds_[record.kind];
  kind.fresh.push_front(&record);
  record.recent = kind.fresh.begin();
  grow(record, key.size() + kOverheadBytes, 0);
  schedule(record);
  return record;
}

void PersistentCollections::grow(Record& record, size_t more, size_t less) {
  record.bytes += more - less;
  kinds_[record.kind].bytes += more - less;
  bytes_ += more - less;
}

void PersistentCollections::dropExpired(Record& record, WallTime now) {
  if (now < record.next_expiry) return;
  record.next_expiry = WallTime::max();
  std::erase_if(record.variables, [&](const Variable& candidate) {
    if (candidate.expires > now) {
      record.next_expiry = std::min(record.next_expiry, candidate.expires);
      return false;
    }
    grow(record, 0, candidate.name.size() + candidate.value.size() + kOverheadBytes);
    return true;
  });
  changed(record);
}

PersistentCollections::Variable* PersistentCollections::variable(Record& record,
                                                                 const std::string& name,
                                                                 WallTime now, bool create) {
  dropExpired(record, now);
  auto& all = record.variables;
  const std::string shown = name.substr(0, kMaxValueBytes / 8);
  for (Variable& candidate : all) {
    if (equalsIgnoreCase(candidate.name, shown)) return &candidate;
  }
  if (!create || all.size() >= kMaxVariables || record.bytes > kMaxRecordBytes) return nullptr;
  Variable added;
  added.name = shown;
  added.reduced = now;
  grow(record, shown.size() + kOverheadBytes, 0);
  all.push_back(std::move(added));
  return &all.back();
}

void PersistentCollections::touch(Record& record, WallTime now, std::chrono::seconds timeout) {
  record.updated = now;
  ++record.updates;
  record.expires = now + (record.timeout.count() > 0 ? record.timeout : timeout);
  changed(record);
  makeRoom(now, &record, 0);
}

void PersistentCollections::assign(Record& record, Variable& variable, std::string_view value) {
  const size_t before = variable.value.size();
  variable.value = value.substr(0, kMaxValueBytes);
  grow(record, variable.value.size(), before);
}

PersistentCollections::Variables PersistentCollections::read(const std::string& key, WallTime now) {
  Variables out;
  uint64_t version = 0;
  readChanged(key, now, &version, &out);
  return out;
}

bool PersistentCollections::readChanged(const std::string& key, WallTime now, uint64_t* version,
                                        Variables* out) {
  const std::lock_guard lock(mutex_);
  Record* record = find(key, now);
  if (record != nullptr) dropExpired(*record, now);
  const uint64_t current = record == nullptr ? 0 : record->version;
  if (current == *version && current != 0) return false;
  *version = current;
  if (record == nullptr) return true;
  for (const Variable& candidate : record->variables) {
    out->emplace_back(candidate.name, candidate.value);
  }
  return true;
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
  std::string sum;
  if (Variable* found = variable(record, name, now, true)) {
    const int64_t before = std::strtoll(found->value.c_str(), nullptr, 10);
    sum = std::to_string(
        static_cast<int64_t>(static_cast<uint64_t>(before) + static_cast<uint64_t>(delta)));
    assign(record, *found, sum);
  }
  touch(record, now, timeout);
  return sum;
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
  changed(*record);
  found->reduced += periods * period;
  return found->value;
}

void PersistentCollections::remove(const std::string& key, const std::string& name) {
  expire(key, name, WallTime::min());
}

void PersistentCollections::expire(const std::string& key, const std::string& name, WallTime when) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  Record& record = found->second;
  for (Variable& candidate : record.variables) {
    if (!equalsIgnoreCase(candidate.name, name)) continue;
    candidate.expires = when;
    record.next_expiry = std::min(record.next_expiry, when);
  }
}

void PersistentCollections::clear() {
  const std::lock_guard lock(mutex_);
  records_.clear();
  for (Kind& kind : kinds_) kind = Kind();
  buckets_.clear();
  bytes_ = 0;
}

size_t PersistentCollections::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

size_t PersistentCollections::records() const {
  const std::lock_guard lock(mutex_);
  return records_.size();
}

}  // namespace waf
