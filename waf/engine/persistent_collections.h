#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
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
// the process. Any thread may call; one lock, taken only by rules that use a collection; each call
// takes constant time.
//
// Bounded in records, in the bytes of a record and of all. Keys and values come from clients, so
// both are cut. What has expired goes first. Then, of the kind that holds the most (a flood of
// sessions costs sessions, not addresses), what was not used again a second after it was made, the
// oldest first: a client that varies its key pushes out its own. Last what was used again, the
// least recently used first.
class PersistentCollections {
 public:
  PersistentCollections() = default;
  PersistentCollections(const PersistentCollections&) = delete;
  PersistentCollections& operator=(const PersistentCollections&) = delete;
  // The one that all transactions share.
  static PersistentCollections& process();

  using Variables = std::vector<std::pair<std::string, std::string>>;

  // The variables of one record, expired ones left out.
  Variables read(const std::string& key, WallTime now);
  // The same; false, and nothing is read, when nothing has changed since `version`, which becomes
  // that of what was read. 0 is older than anything.
  bool readChanged(const std::string& key, WallTime now, uint64_t* version, Variables* out);
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
  size_t records() const;

  // "application \n collection \n key", as a record is named; long keys end in a hash of their
  // rest.
  static std::string keyOf(std::string_view application, std::string_view collection,
                           std::string_view key);

  static constexpr size_t kMaxRecords = 200000;
  static constexpr size_t kMaxBytes = 128u << 20;       // of all records
  static constexpr size_t kMaxRecordBytes = 64u << 10;  // past it a record takes nothing new
  static constexpr size_t kMaxVariables = 256;          // of one record
  static constexpr size_t kMaxValueBytes = 4096;        // of a value; of a name an eighth
  static constexpr size_t kMaxKeyBytes = 512;
  static constexpr size_t kOverheadBytes = 192;  // of a record or a variable, about
  static constexpr size_t kKinds = 16;           // by the hash of the collection's name

 private:
  struct Variable {
    std::string name;
    std::string value;
    WallTime expires = WallTime::max();
    WallTime reduced{};  // when it was set or last reduced
  };
  struct Record;
  using Order = std::list<Record*>;
  struct Record {
    const std::string* key = nullptr;
    std::vector<Variable> variables;
    WallTime created{};
    WallTime updated{};
    WallTime expires{};
    WallTime next_expiry = WallTime::max();  // of a variable
    std::chrono::seconds timeout{};          // TIMEOUT, when a rule set it
    uint64_t updates = 0;
    uint64_t version = 0;  // of the last change
    size_t bytes = 0;
    size_t kind = 0;
    bool established = false;  // was used again
    Order::iterator recent;    // in its kind's fresh or established
    int64_t bucket = 0;        // of expiry
    Order::iterator due;       // in that bucket
  };
  // The records of one collection's name, most recently used first.
  struct Kind {
    Order fresh;
    Order established;
    size_t bytes = 0;
    size_t records() const { return fresh.size() + established.size(); }
  };

  Record* find(const std::string& key, WallTime now);
  Record& findOrCreate(const std::string& key, WallTime now);
  Variable* variable(Record& record, const std::string& name, WallTime now, bool create);
  void dropExpired(Record& record, WallTime now);
  void touch(Record& record, WallTime now, std::chrono::seconds timeout);
  void use(Record& record, WallTime now);
  void assign(Record& record, Variable& variable, std::string_view value);
  void grow(Record& record, size_t more, size_t less);
  void changed(Record& record) { record.version = ++versions_; }
  void schedule(Record& record);
  void drop(Record& record);
  size_t sweep(WallTime now, size_t most);
  void makeRoom(WallTime now, const Record* keep, size_t more_records);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Record> records_;
  std::array<Kind, kKinds> kinds_;
  std::map<int64_t, Order> buckets_;  // by when a record was to expire, in steps of seconds
  uint64_t versions_ = 0;
  size_t bytes_ = 0;
};

}  // namespace waf
