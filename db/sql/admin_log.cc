#include "db/sql/admin_log.h"

#include <algorithm>

#include "db/sql/admin_log_rows.h"
#include "db/sql/text.h"
#include "db/store/file.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;

constexpr size_t kMaxText = 1024;
constexpr size_t kMaxList = 1000;
constexpr size_t kMaxHead = 256;
constexpr int64_t kVerifyStep = 5000;
constexpr int64_t kSweepStep = 1000;

int64_t lastGiven(Poco::Data::Session& session) {
  int64_t given = 0;
  session << "SELECT COALESCE(MAX(number), 0) FROM admin_log_given", into(given), now;
  return given;
}

std::string cutBehind(int64_t number) {
  return "the log of administrative acts was cut behind number " + std::to_string(number);
}

}  // namespace

bool SqlAdminLog::readHead(ChainMark* out) const {
  const Result<std::string> text = readFile(head_path_, kMaxHead);
  return text && chain_.parse(*text, out);
}

Result<void> SqlAdminLog::writeHead(const ChainMark& mark) const {
  return writeFileAtomically(head_path_, chain_.toText(mark));
}

Result<void> SqlAdminLog::open() {
  ChainMark head;
  if (readFile(head_path_, kMaxHead).has_value()) return {};  // whatever it says, verify() judges
  std::string fault;
  const Result<void> done = database_.transact([&](Session& session) -> Result<void> {
    const ChainMark start = chain_.start(session, &fault);
    head = start;
    while (fault.empty() && chain_.check(session, &head, kVerifyStep, &fault) > 0) {
    }
    if (fault.empty() || !chain_.adopt(session)) return {};
    fault.clear();
    head = AdminLogChain::last(session, chain_.start(session, &fault));
    return {};
  });
  if (!done) return done;
  return fault.empty() ? writeHead(head) : Result<void>();
}

Result<void> SqlAdminLog::record(const AdminAct& act) {
  const std::lock_guard lock(mutex_);
  AdminAct row = act;
  row.time = clock_.wall();
  for (std::string* text : {&row.actor, &row.origin, &row.action, &row.outcome}) {
    if (text->size() > kMaxText) text->resize(kMaxText);
    *text = storableText(std::move(*text));
  }
  ChainMark newest;
  bool follows = false;  // what is there goes up to the end that was signed last
  const Result<void> done = database_.transact([&](Session& session) -> Result<void> {
    std::string fault;
    const ChainMark start = chain_.start(session, &fault);
    const ChainMark last = AdminLogChain::last(session, start);
    ChainMark head;
    follows = readHead(&head) && (head.number == start.number
                                      ? head.hash == start.hash
                                      : AdminLogChain::hashOf(session, head.number) == head.hash);
    // Also behind what is there: the number last given may be gone.
    row.number = std::max({lastGiven(session), start.number, last.number}) + 1;
    newest = {row.number, chain_.digest(last.hash, row)};
    session << "INSERT INTO admin_log VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", bind(row.number),
        bind(toMicroseconds(row.time)), bind(row.actor), bind(row.origin), bind(row.action),
        bind(row.outcome), bind(last.hash), bind(newest.hash), now;
    session << "DELETE FROM admin_log_given", now;
    session << "INSERT INTO admin_log_given VALUES ($1)", bind(row.number), now;
    removeOld(session, start, row.number);
    return {};
  });
  if (!done) return done;
  // An end that does not fit stays as it is: it is the evidence.
  return follows ? writeHead(newest) : Result<void>();
}

// What goes is checked before the new start is signed, so that a fault is not signed away.
void SqlAdminLog::removeOld(Session& session, const ChainMark& start, int64_t newest) {
  if (newest - start.number < kept_ + std::max<int64_t>(kept_ / 100, 1)) return;
  std::string fault;
  ChainMark at = start;
  chain_.check(session, &at, newest - kept_ - start.number, &fault);
  if (!fault.empty()) return;
  chain_.setStart(session, at);
  session << "DELETE FROM admin_log WHERE number <= $1", bind(at.number), now;
}

Result<std::vector<AdminAct>> SqlAdminLog::list(int64_t before, size_t limit) {
  AdminLogRows rows;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    rows.select(session, "number < $1 ORDER BY number DESC", before,
                static_cast<int64_t>(std::min(limit, kMaxList)));
    return {};
  });
  if (!read) return waf::fail(read.error());
  std::vector<AdminAct> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(rows.act(i));
  return out;
}

// "" when the first row follows the signed start and the last one is the signed end.
std::string SqlAdminLog::checkEnds(Session& session, ChainMark* start) {
  std::string fault;
  *start = chain_.start(session, &fault);
  if (!fault.empty()) return fault;
  int64_t first = 0;
  session << "SELECT COALESCE(MIN(number), 0) FROM admin_log", into(first), now;
  if (first != 0 && first != start->number + 1) {
    return "the log of administrative acts was changed at number " + std::to_string(first) +
           ": it must begin with number " + std::to_string(start->number + 1);
  }
  const ChainMark last = AdminLogChain::last(session, *start);
  if (lastGiven(session) != last.number) return cutBehind(last.number);
  ChainMark head;
  if (!readHead(&head)) {
    return head_path_ +
           ": is missing or was changed, so that the end of the log of administrative "
           "acts cannot be checked; restore it from a copy";
  }
  if (head.number > last.number) return cutBehind(last.number);
  const bool kept = head.number > start->number;
  if (kept ? AdminLogChain::hashOf(session, head.number) != head.hash
           : head.number == start->number && head.hash != start->hash) {
    return "the log of administrative acts was changed at number " + std::to_string(head.number);
  }
  return "";
}

Result<std::string> SqlAdminLog::verify(Depth depth) {
  const std::lock_guard lock(mutex_);
  std::string fault;
  ChainMark start;
  const auto run = [this](const Database::Work& work) { return database_.run(work); };
  Result<void> done = run([&](Session& session) -> Result<void> {
    fault = checkEnds(session, &start);
    return {};
  });
  if (!done) return waf::fail(done.error());
  if (!fault.empty() && depth == Depth::Part) return fault;
  const std::string at_ends = fault;
  fault.clear();
  ChainMark at = start;
  if (depth == Depth::Part && verified_ && verified_->number >= start.number) at = *verified_;
  size_t rows = 1;
  while (rows > 0 && fault.empty()) {
    done = run([&](Session& session) -> Result<void> {
      rows = chain_.check(session, &at, kVerifyStep, &fault);
      return {};
    });
    if (!done) return waf::fail(done.error());
  }
  if (!fault.empty()) return fault;  // names the row: better than what the ends say
  if (!at_ends.empty()) return at_ends;
  if (depth == Depth::Part && verified_) {
    if (sweep_.number < start.number || sweep_.number >= at.number) sweep_ = start;
    done = run([&](Session& session) -> Result<void> {
      chain_.check(session, &sweep_, kSweepStep, &fault);
      return {};
    });
    if (!done) return waf::fail(done.error());
  }
  verified_ = at;
  return fault;
}

}  // namespace db
