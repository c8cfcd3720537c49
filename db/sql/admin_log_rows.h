#pragma once

#include <Poco/Data/Session.h>

#include <string>
#include <vector>

#include "db/sql/times.h"
#include "db/store/store.h"

namespace db {

// Rows of table admin_log as Poco::Data brings them: column by column.
struct AdminLogRows {
  std::vector<int64_t> numbers, times;
  std::vector<std::string> actors, origins, actions, outcomes, previous, hashes;

  // `where` has one parameter, and the order. Throws what Poco throws.
  void select(Poco::Data::Session& session, const std::string& where, int64_t bound,
              int64_t limit) {
    using namespace Poco::Data::Keywords;
    session
        << "SELECT number, time_us, actor, origin, action, outcome, previous, hash FROM admin_log "
           "WHERE " +
               where + " LIMIT $2",
        into(numbers), into(times), into(actors), into(origins), into(actions), into(outcomes),
        into(previous), into(hashes), bind(bound), bind(limit), now;
  }
  size_t size() const { return numbers.size(); }
  AdminAct act(size_t i) const {
    return {numbers[i], fromMicroseconds(times[i]), actors[i], origins[i], actions[i], outcomes[i]};
  }
};

}  // namespace db
