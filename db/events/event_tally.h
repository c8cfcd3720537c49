#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "db/events/event_file.h"
#include "db/store/store.h"

namespace db {

// What is counted of a row; the texts are the giver's.
struct TallyRow {
  int64_t place = 0;
  int64_t decision = 0;
  int64_t reason = 0;
  int64_t status = 0;
  int64_t severity = 0;
  std::string_view site;
  std::string_view client;
  std::string_view method;
  std::string_view country;
  std::string_view rules;
  std::string_view path;
};

// Adds up what the rows of a walk have in common. Used by one thread, for one count; nameRule() may
// be called beside add().
class EventTally {
 public:
  explicit EventTally(const EventCountRequest& request)
      : request_(request), step_us_(std::chrono::microseconds(request.step).count()) {}

  void add(const TallyRow& row);
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
  // Measured: of 200,000 rows most have the same few values of a field, one after the other, and
  // the look-up of what was just looked up is a third of the count.
  template <typename Key>
  struct Last {
    Key key{};
    uint64_t* count = nullptr;
  };

  static uint64_t* slotOf(Texts* counts, std::string_view key);
  static void add(Texts* counts, Last<std::string>* last, std::string_view key);
  static void add(Numbers* counts, Last<int64_t>* last, int64_t key);

  struct Deeds {
    int64_t first = 0;
    int64_t last = 0;
    uint64_t count = 0;
    uint64_t blocked = 0;
    uint32_t classes = 0;  // a bit for each class
  };

  EventStep& barAt(int64_t time);
  EventStep& findBar(int64_t time);
  void widen();
  void addDeeds(const TallyRow& row, int64_t time, bool blocked);
  std::vector<Attacker> attackers() const;

  const EventCountRequest request_;
  int64_t step_us_;
  uint64_t total_ = 0;
  Texts sites_;
  Texts clients_;
  Texts paths_;
  Texts methods_;
  Texts countries_;
  std::unordered_map<std::string, Deeds, Hash, std::equal_to<>> deeds_;  // client, then site
  std::string key_;
  Last<std::string> last_site_, last_method_, last_country_;
  Last<int64_t> last_decision_, last_reason_, last_status_, last_severity_, last_rule_;
  int64_t bar_start_ = 0;
  int64_t bar_end_ = 0;  // bar_ holds from bar_start_ up to here
  EventStep* bar_ = nullptr;
  Numbers decisions_;
  Numbers reasons_;
  Numbers rules_;
  Numbers statuses_;
  Numbers severities_;
  std::map<int64_t, EventStep> histogram_;
  std::unordered_map<int64_t, std::string> messages_;
};

}  // namespace db
