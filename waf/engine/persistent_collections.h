#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "waf/base/clock.h"

namespace waf {

// IP, GLOBAL, SESSION, USER and RESOURCE: variables that outlive a transaction, in the memory of
// the process. Any thread may call; one lock, taken only by rules that use a collection. Bounded in
// records and bytes: what was not used for the longest goes first. Keys and values come from
// clients, so both are cut.
class PersistentCollections {
 public:
  // The one that all transactions share.
  static PersistentCollections& process();

  using Variables = std::vector<std::pair<std::string, std::string>>;

  // The variables of one record, expired ones left out.
  Variables read(const std::string& key, WallTime now);
  // What ModSecurity keeps of a record itself: CREATE_TIME, IS_NEW, LAST_UPDATE_TIME, TIMEOUT,
  // UPDATE_COUNTER, UPDATE_RATE (updates a minute). Nothing for another name.
  std::optional<std::string> property(const std::string& key, std::string_view name, WallTime now,
                                      std::chrono::seconds timeout);
  void set(const std::string& key, const std::string& name, std::string_view value, WallTime now,
           std::chrono::seconds timeout);
  // Adds to a decimal number in one step, so that transactions of several threads count right;
  // gives the new value.
  std::string add(const std::string& key, const std::string& name, int64_t delta, WallTime now,
                  std::chrono::seconds timeout);
  // Takes `amount` off a number for each whole period since it was set or was last reduced, never
  // below zero; gives the new value, nothing when there is no such variable or no period is over.
  std::optional<std::string> deprecate(const std::string& key, const std::string& name,
                                       int64_t amount, std::chrono::seconds period, WallTime now);
  void remove(const std::string& key, const std::string& name);
  void expire(const std::string& key, const std::string& name, WallTime when);
  void clear();
  size_t bytes() const;

  static constexpr size_t kMaxRecords = 200000;
  static constexpr size_t kMaxVariables = 256;     // of one record
  static constexpr size_t kMaxBytes = 128u << 20;  // of all records
  static constexpr size_t kMaxValueBytes = 4096;   // of a value; of a name an eighth
  static constexpr size_t kOverheadBytes = 128;    // of a record or a variable, about

 private:
  struct Variable {
    std::string name;
    std::string value;
    WallTime expires = WallTime::max();
    WallTime reduced{};  // when it was set or last reduced
  };
  struct Record {
    std::vector<Variable> variables;
    WallTime created{};
    WallTime updated{};
    WallTime expires{};
    std::chrono::seconds timeout{};  // TIMEOUT, when a rule set it
    uint64_t updates = 0;
    size_t bytes = 0;
    std::list<std::string>::iterator recent;
  };
  Record* find(const std::string& key, WallTime now);
  Record& findOrCreate(const std::string& key, WallTime now);
  Variable* variable(Record& record, const std::string& name, WallTime now, bool create);
  void touch(Record& record, WallTime now, std::chrono::seconds timeout);
  void assign(Record& record, Variable& variable, std::string_view value);
  void dropRecord(const std::string& key);
  void makeRoom();

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Record> records_;
  std::list<std::string> recent_;  // most recently used first
  size_t bytes_ = 0;
};

}  // namespace waf
