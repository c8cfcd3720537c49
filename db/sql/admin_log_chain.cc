#include "db/sql/admin_log_chain.h"

#include <openssl/sha.h>

#include "db/sql/admin_log_rows.h"
#include "db/sql/times.h"
#include "waf/base/hex.h"
#include "waf/base/text.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

// Each field with its length before it, so that no text can be moved from one into the next.
std::string textOf(const std::string& previous, const AdminAct& act) {
  std::string text;
  for (const std::string& field :
       {previous, std::to_string(act.number), std::to_string(toMicroseconds(act.time)), act.actor,
        act.origin, act.action, act.outcome}) {
    text += std::to_string(field.size()) + ":" + field;
  }
  return text;
}

std::string unkeyedDigest(const std::string& previous, const AdminAct& act) {
  const std::string text = textOf(previous, act);
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
  return waf::toHex(hash, sizeof hash);
}

}  // namespace

std::string AdminLogChain::digest(const std::string& previous, const AdminAct& act) const {
  return box_.sign("admin log", textOf(previous, act));
}

std::string AdminLogChain::sign(const ChainMark& mark, const char* kind) const {
  return box_.sign(kind, std::to_string(mark.number) + ":" + mark.hash);
}

ChainMark AdminLogChain::start(Session& session, std::string* fault) const {
  std::vector<int64_t> numbers;
  std::vector<std::string> hashes, macs;
  session << "SELECT number, hash, mac FROM admin_log_start", into(numbers), into(hashes),
      into(macs), now;
  if (numbers.empty()) return {};
  ChainMark mark{numbers[0], hashes[0]};
  if (numbers.size() > 1 || macs[0] != sign(mark, "admin log start")) {
    *fault = "the log of administrative acts was changed: its start is not signed";
  }
  return mark;
}

void AdminLogChain::setStart(Session& session, const ChainMark& mark) const {
  session << "DELETE FROM admin_log_start", now;
  session << "INSERT INTO admin_log_start VALUES ($1, $2, $3)", bind(mark.number), bind(mark.hash),
      bind(sign(mark, "admin log start")), now;
}

size_t AdminLogChain::check(Session& session, ChainMark* at, int64_t limit,
                            std::string* fault) const {
  AdminLogRows rows;
  rows.select(session, "number > $1 ORDER BY number", at->number, limit);
  for (size_t i = 0; i < rows.size(); ++i) {
    const AdminAct act = rows.act(i);
    if (act.number != at->number + 1 || rows.previous[i] != at->hash ||
        rows.hashes[i] != digest(rows.previous[i], act)) {
      *fault = "the log of administrative acts was changed at number " + std::to_string(act.number);
      break;
    }
    *at = {act.number, rows.hashes[i]};
  }
  return rows.size();
}

ChainMark AdminLogChain::last(Session& session, const ChainMark& start) {
  AdminLogRows rows;
  rows.select(session, "number > $1 ORDER BY number DESC", start.number, 1);
  return rows.size() == 0 ? start : ChainMark{rows.numbers[0], rows.hashes[0]};
}

std::string AdminLogChain::hashOf(Session& session, int64_t number) {
  std::vector<std::string> hashes;
  session << "SELECT hash FROM admin_log WHERE number = $1", into(hashes), bind(number), now;
  return hashes.empty() ? "" : hashes[0];
}

bool AdminLogChain::adopt(Session& session) const {
  AdminLogRows rows;
  rows.select(session, "number > $1 ORDER BY number", 0, INT64_MAX);
  if (rows.size() == 0) return true;
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool follows = i == 0 || (rows.previous[i] == rows.hashes[i - 1] &&
                                    rows.numbers[i] == rows.numbers[i - 1] + 1);
    if (!follows || rows.hashes[i] != unkeyedDigest(rows.previous[i], rows.act(i))) return false;
  }
  ChainMark at{rows.numbers[0] - 1, rows.previous[0]};
  if (at.number > 0) setStart(session, at);
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string hash = digest(at.hash, rows.act(i));
    session << "UPDATE admin_log SET previous = $1, hash = $2 WHERE number = $3", bind(at.hash),
        bind(hash), bind(rows.numbers[i]), now;
    at = {rows.numbers[i], hash};
  }
  return true;
}

std::string AdminLogChain::toText(const ChainMark& mark) const {
  return std::to_string(mark.number) + " " + mark.hash + " " + sign(mark, "admin log head") + "\n";
}

bool AdminLogChain::parse(std::string_view text, ChainMark* out) const {
  const size_t first = text.find(' ');
  const size_t second = text.find(' ', first + 1);
  uint64_t number = 0;
  if (second == std::string_view::npos || !waf::parseUint64(text.substr(0, first), &number) ||
      number > INT64_MAX) {
    return false;
  }
  *out = {static_cast<int64_t>(number), std::string(text.substr(first + 1, second - first - 1))};
  return text == toText(*out);
}

}  // namespace db
