#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "db/events/event_file.h"
#include "db/store/store.h"

namespace db {

// Adds up what the rows of a walk have in common. Used by one thread, for one count.
class EventTally {
 public:
  explicit EventTally(const EventCountRequest& request) : request_(request) {}

  void add(const EventColumns& row);
  // Of the files, newest first: the wording of the newest stays.
  void nameRule(int64_t id, std::string_view message) { messages_.try_emplace(id, message); }
  EventCounts result() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Texts = std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>>;
  using Numbers = std::unordered_map<int64_t, uint64_t>;

  static void add(Texts* counts, std::string_view key);

  struct Deeds {
    int64_t first = 0;
    int64_t last = 0;
    uint64_t count = 0;
    uint64_t blocked = 0;
    uint32_t classes = 0;  // a bit for each class
  };

  void addDeeds(const EventColumns& row, int64_t time, bool blocked);
  std::vector<Attacker> attackers() const;

  const EventCountRequest request_;
  uint64_t total_ = 0;
  Texts sites_;
  Texts clients_;
  Texts paths_;
  Texts methods_;
  Texts countries_;
  std::unordered_map<std::string, Deeds, Hash, std::equal_to<>> deeds_;  // client, then site
  std::string key_;
  Numbers decisions_;
  Numbers reasons_;
  Numbers rules_;
  Numbers statuses_;
  Numbers severities_;
  std::map<int64_t, EventStep> histogram_;
  std::unordered_map<int64_t, std::string> messages_;
};

}  // namespace db
