#pragma once

#include <Poco/Data/LOB.h>
#include <Poco/Data/Statement.h>

#include <string>
#include <vector>

#include "db/store/store.h"

namespace db {

// The place between two events in the newest-first order over all files: time, then sequence
// number.
struct EventCursor {
  int64_t time_us = INT64_MAX;
  int64_t sequence = INT64_MAX;

  std::string toString() const;
  // "" is the beginning; false when the text is no cursor.
  static bool parse(const std::string& text, EventCursor* out);
};

// An EventFilter as the condition of a query on one event file, with the values to bind in their
// order.
class EventCondition {
 public:
  // Invalid when the client is neither an address nor a network.
  static Result<EventCondition> make(const EventFilter& filter);

  // "1 AND site = ? AND …"
  const std::string& sql() const { return sql_; }
  void bindTo(Poco::Data::Statement& statement) const;

 private:
  void add(const std::string& sql) { sql_ += " AND " + sql; }
  void addNumber(const std::string& sql, int64_t value);
  void addText(const std::string& sql, const std::string& value);
  void addBytes(const std::string& sql, const unsigned char* data, size_t size);

  struct Value {
    enum class Kind { Number, Text, Bytes } kind;
    int64_t number = 0;
    std::string text;
    Poco::Data::BLOB bytes;
  };

  std::string sql_ = "1";
  std::vector<Value> values_;
};

}  // namespace db
