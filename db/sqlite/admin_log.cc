#include "db/sqlite/admin_log.h"

#include <openssl/sha.h>

#include <algorithm>

#include "db/sqlite/times.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

constexpr int64_t kKept = 100000;
constexpr size_t kMaxText = 1024;
constexpr size_t kMaxList = 1000;
constexpr int64_t kVerifyStep = 5000;

// Each field with its length before it, so that no text can be moved from one into the next.
std::string digest(const std::string& previous, const AdminAct& act) {
  std::string text;
  for (const std::string& field :
       {previous, std::to_string(act.number), std::to_string(toMicroseconds(act.time)), act.actor,
        act.origin, act.action, act.outcome}) {
    text += std::to_string(field.size()) + ":" + field;
  }
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : hash) out += {kHex[byte >> 4], kHex[byte & 15]};
  return out;
}

struct Rows {
  std::vector<int64_t> numbers, times;
  std::vector<std::string> actors, origins, actions, outcomes, previous, hashes;

  size_t size() const { return numbers.size(); }
  AdminAct act(size_t i) const {
    return {numbers[i], fromMicroseconds(times[i]), actors[i], origins[i], actions[i], outcomes[i]};
  }
};

void select(Session& session, const std::string& where, int64_t bound, int64_t limit, Rows* out) {
  *out = {};
  session
      << "SELECT number, time_us, actor, origin, action, outcome, previous, hash FROM admin_log "
         "WHERE " +
             where + " LIMIT ?",
      into(out->numbers), into(out->times), into(out->actors), into(out->origins),
      into(out->actions), into(out->outcomes), into(out->previous), into(out->hashes), bind(bound),
      bind(limit), now;
}

}  // namespace

Result<void> SqliteAdminLog::record(const AdminAct& act) {
  AdminAct row = act;
  row.time = clock_.wall();
  for (std::string* text : {&row.actor, &row.origin, &row.action, &row.outcome}) {
    // Poco's text extraction stops at a NUL.
    std::replace(text->begin(), text->end(), '\0', ' ');
    if (text->size() > kMaxText) text->resize(kMaxText);
  }
  return database_.transact([&](Session& session) -> Result<void> {
    std::vector<std::string> last;
    session << "SELECT hash FROM admin_log ORDER BY number DESC LIMIT 1", into(last), now;
    const std::string previous = last.empty() ? "" : last.front();
    int64_t given = 0;
    session << "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'admin_log'",
        into(given), now;
    row.number = given + 1;
    session << "INSERT INTO admin_log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", bind(row.number),
        bind(toMicroseconds(row.time)), bind(row.actor), bind(row.origin), bind(row.action),
        bind(row.outcome), bind(previous), bind(digest(previous, row)), now;
    session << "DELETE FROM admin_log WHERE number <= ?", bind(row.number - kKept), now;
    return {};
  });
}

Result<std::vector<AdminAct>> SqliteAdminLog::list(int64_t before, size_t limit) {
  Rows rows;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    select(session, "number < ? ORDER BY number DESC", before,
           static_cast<int64_t>(std::min(limit, kMaxList)), &rows);
    return {};
  });
  if (!read) return waf::fail(read.error());
  std::vector<AdminAct> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(rows.act(i));
  return out;
}

Result<std::string> SqliteAdminLog::verify() {
  int64_t checked = 0;
  std::string previous;
  std::string broken;
  const auto step = [&](Session& session) -> Result<void> {
    Rows rows;
    const bool first = checked == 0;
    select(session, "number > ? ORDER BY number", checked, kVerifyStep, &rows);
    for (size_t i = 0; i < rows.size() && broken.empty(); ++i) {
      const AdminAct act = rows.act(i);
      const bool follows =
          (first && i == 0) || (rows.previous[i] == previous && act.number == checked + 1);
      if (!follows || digest(rows.previous[i], act) != rows.hashes[i]) {
        broken =
            "the log of administrative acts was changed at number " + std::to_string(act.number);
      }
      previous = rows.hashes[i];
      checked = act.number;
    }
    if (rows.size() > 0 || !broken.empty()) return {};
    int64_t given = 0;
    session << "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'admin_log'",
        into(given), now;
    if (given != checked) {
      broken = "the log of administrative acts was cut behind number " + std::to_string(checked);
    }
    checked = -1;
    return {};
  };
  while (checked >= 0 && broken.empty()) {
    const Result<void> done = database_.run(step);
    if (!done) return waf::fail(done.error());
  }
  return broken;
}

}  // namespace db
