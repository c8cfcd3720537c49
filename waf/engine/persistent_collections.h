#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "waf/base/clock.h"

namespace waf {

// IP, GLOBAL, SESSION, USER and RESOURCE: variables that outlive a transaction, in the memory of
// the process. Any thread may call. Bounded: the record that was not used for the longest goes when
// there are too many.
class PersistentCollections {
 public:
  // The one that all transactions share.
  static PersistentCollections& process();

  using Variables = std::vector<std::pair<std::string, std::string>>;

  // The variables of one record, expired ones left out.
  Variables read(const std::string& key, WallTime now);
  void set(const std::string& key, const std::string& name, std::string_view value, WallTime now,
           std::chrono::seconds timeout);
  // Adds to a decimal number in one step, so that transactions of several threads count right;
  // gives the new value.
  std::string add(const std::string& key, const std::string& name, int64_t delta, WallTime now,
                  std::chrono::seconds timeout);
  void remove(const std::string& key, const std::string& name);
  void expire(const std::string& key, const std::string& name, WallTime when);
  void clear();

  static constexpr size_t kMaxRecords = 200000;
  static constexpr size_t kMaxVariables = 256;  // of one record

 private:
  struct Variable {
    std::string name;
    std::string value;
    WallTime expires = WallTime::max();
  };
  struct Record {
    std::vector<Variable> variables;
    WallTime expires{};
    std::list<std::string>::iterator recent;
  };
  Record* find(const std::string& key, WallTime now);
  Record& findOrCreate(const std::string& key, WallTime now);
  Variable* variable(Record& record, const std::string& name, WallTime now, bool create);

  std::mutex mutex_;
  std::unordered_map<std::string, Record> records_;
  std::list<std::string> recent_;  // most recently used first
};

}  // namespace waf
