#include "db/events/event_plan.h"

#include <algorithm>

#include "db/events/event_matcher.h"
#include "db/events/event_row.h"
#include "waf/base/hex.h"

namespace db {
namespace {

// More sources than this cost more than walking through everything.
constexpr size_t kMaxSources = 200;
// A longer tail without an index is not sorted for each query: everything is walked through.
constexpr int64_t kMaxTail = 50000;

const EventTerm* wanted(const EventFilter& filter, EventField field) {
  for (const EventTerm& term : filter.terms) {
    if (term.field == field && !term.negated) return &term;
  }
  return nullptr;
}

bool isExact(const EventTerm* term) {
  return term != nullptr && std::none_of(term->values.begin(), term->values.end(),
                                         [](const EventValue& value) { return value.pattern; });
}

// FTS5's query: ("union select" OR "sleep" *) AND ("shop"). Words hold no quotes.
std::string wordQuery(const EventFilter& filter) {
  std::string out;
  for (const EventTerm& term : filter.terms) {
    if (term.field != EventField::Text || term.negated) continue;
    out += out.empty() ? "(" : " AND (";
    for (size_t i = 0; i < term.values.size(); ++i) {
      const EventValue& value = term.values[i];
      out += i > 0 ? " OR \"" : "\"";
      for (size_t k = 0; k < value.words.size(); ++k) out += (k > 0 ? " " : "") + value.words[k];
      out += value.word_prefix ? "\" *" : "\"";
    }
    out += ")";
  }
  return out;
}

// The smallest and the largest address of the network.
void range(const waf::IpNetwork& network, std::string* first, std::string* last) {
  waf::IpAddress low = network.address;
  waf::IpAddress high = network.address;
  for (size_t bit = network.prefix; bit < 128; ++bit) {
    const auto mask = static_cast<uint8_t>(0x80u >> (bit % 8));
    low.bytes[bit / 8] &= static_cast<uint8_t>(~mask);
    high.bytes[bit / 8] |= mask;
  }
  first->assign(low.bytes.begin(), low.bytes.end());
  last->assign(high.bytes.begin(), high.bytes.end());
}

}  // namespace

// Collects the sources of one plan. A step that answers false has none to offer.
struct EventPlan::Maker {
  Connection& connection;
  const EventFilter& filter;
  int64_t first;
  int64_t before;
  int64_t indexed;
  EventPlan plan = {};

  // `from` and `condition` name e.place or what equals it as `key`.
  Result<Statement*> add(const std::string& from, const std::string& condition,
                         const std::string& key, bool of_index) {
    Result<Statement> made = connection.prepare(std::string("SELECT ") + kEventColumns + " FROM " +
                                                from + " WHERE " + condition + key + " >= ?1 AND " +
                                                key + " < ?2 ORDER BY " + key + " DESC");
    if (!made) return waf::fail(made.error());
    made->bind(1, first).bind(2, before);
    plan.sources_.push_back({std::move(*made), of_index});
    return &plan.sources_.back().statement;
  }

  // Values must outlive the plan: they are the filter's, or copied by SQLite as numbers.
  Result<bool> byText(EventField field, const char* column) {
    const EventTerm* term = wanted(filter, field);
    if (!isExact(term) || term->values.size() > kMaxSources) return false;
    for (const EventValue& value : term->values) {
      const auto source = add("events e", std::string(column) + " = ?3 AND ", "e.place", false);
      if (!source) return waf::fail(source.error());
      (*source)->bindText(3, value.text);
    }
    return true;
  }

  Result<bool> byWords() {
    if (indexed == 0 || wanted(filter, EventField::Text) == nullptr) return false;
    const auto source = add("idx.words w CROSS JOIN events e ON e.place = w.rowid",
                            "w.words MATCH '" + wordQuery(filter) + "' AND ", "w.rowid", true);
    if (!source) return waf::fail(source.error());
    plan.by_words_ = true;
    return true;
  }

  Result<bool> byRule() {
    const EventTerm* term = wanted(filter, EventField::Rule);
    if (indexed == 0 || term == nullptr) return false;
    std::vector<int64_t> ids;
    for (const EventValue& value : term->values) {
      Result<Statement> known = connection.prepare(
          "SELECT rule_id FROM rule_messages WHERE rule_id BETWEEN ? AND ? LIMIT 1000");
      if (!known) return waf::fail(known.error());
      known->bind(1, value.low).bind(2, value.high);
      while (true) {
        const Result<bool> row = known->step();
        if (!row) return waf::fail(row.error());
        if (!*row) break;
        ids.push_back(known->number(0));
      }
    }
    if (ids.size() > kMaxSources) return false;
    for (const int64_t id : ids) {
      const auto source = add("idx.event_rules r CROSS JOIN events e ON e.place = r.place",
                              "r.rule_id = ?3 AND ", "r.place", true);
      if (!source) return waf::fail(source.error());
      (*source)->bind(3, id);
    }
    return true;
  }

  Result<bool> byClient() {
    const EventTerm* term = wanted(filter, EventField::Client);
    if (term == nullptr) return false;
    std::vector<std::string> clients;
    for (const EventValue& value : term->values) {
      const Result<bool> few = collectClients(value.network, &clients);
      if (!few || !*few) return few;
    }
    for (const std::string& client : clients) {
      const auto source =
          add("events e", "e.client = x'" + waf::toHex(client) + "' AND ", "e.place", false);
      if (!source) return waf::fail(source.error());
    }
    return true;
  }

  // Jumps from one address that occurs to the next; false when there are too many.
  Result<bool> collectClients(const waf::IpNetwork& network, std::vector<std::string>* out) {
    std::string low;
    std::string last;
    range(network, &low, &last);
    Result<Statement> next = connection.prepare(
        "SELECT client FROM events WHERE client >= ? AND client <= ? ORDER BY client LIMIT 1");
    Result<Statement> behind = connection.prepare(
        "SELECT client FROM events WHERE client > ? AND client <= ? ORDER BY client LIMIT 1");
    if (!next) return waf::fail(next.error());
    if (!behind) return waf::fail(behind.error());
    Statement* statement = &*next;
    while (true) {
      statement->bindBytes(1, low).bindBytes(2, last);
      const Result<bool> row = statement->step();
      if (!row) return waf::fail(row.error());
      if (!*row) return true;
      if (out->size() == kMaxSources) return false;
      std::string found(statement->bytes(0));
      statement->reset();
      low = found;
      out->push_back(std::move(found));
      statement = &*behind;
    }
  }

  // What the index does not have yet.
  Result<void> addTail() {
    const auto source = add("records r CROSS JOIN events e ON e.place = r.place",
                            "r.arrival > " + std::to_string(indexed) + " AND ", "e.place", false);
    return source ? Result<void>() : waf::fail(source.error());
  }

  Result<void> choose() {
    const Result<int64_t> last = connection.number("SELECT MAX(arrival) FROM records");
    if (!last) return waf::fail(last.error());
    if (*last - indexed > kMaxTail) indexed = 0;
    plan.indexed_ = indexed;
    Result<bool> found = byText(EventField::Id, "e.id");
    if (found && !*found && (found = byWords()) && *found) return addTail();
    if (found && !*found) found = byClient();
    if (found && !*found && (found = byRule()) && *found) return addTail();
    if (found && !*found) found = byText(EventField::Site, "e.site");
    if (!found) return waf::fail(found.error());
    if (*found) return {};
    const auto all = add("events e", "", "e.place", false);
    return all ? Result<void>() : waf::fail(all.error());
  }
};

Result<EventPlan> EventPlan::make(Connection& connection, const EventFilter& filter, int64_t first,
                                  int64_t before, int64_t indexed) {
  Maker maker{connection, filter, first, before, indexed};
  const Result<void> chosen = maker.choose();
  if (!chosen) return waf::fail(chosen.error());
  return std::move(maker.plan);
}

Result<void> EventPlan::advance(Source& source) {
  source.started = true;
  while (true) {
    const Result<bool> row = source.statement.step();
    if (!row) return waf::fail(row.error());
    source.ended = !*row;
    if (source.ended) return {};
    const EventColumns columns(source.statement);
    source.place = columns.place();
    if (!source.of_index || columns.arrival() <= indexed_) return {};
  }
}

Result<const Statement*> EventPlan::next() {
  const int64_t given = has_current_ ? sources_[current_].place : INT64_MAX;
  for (Source& source : sources_) {
    while (!source.ended && (!source.started || (has_current_ && source.place >= given))) {
      const Result<void> moved = advance(source);
      if (!moved) return waf::fail(moved.error());
    }
  }
  has_current_ = false;
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].ended) continue;
    if (!has_current_ || sources_[i].place > sources_[current_].place) current_ = i;
    has_current_ = true;
  }
  return has_current_ ? &sources_[current_].statement : nullptr;
}

}  // namespace db
