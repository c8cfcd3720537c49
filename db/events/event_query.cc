#include "db/events/event_query.h"

#include "db/sqlite/times.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;

constexpr size_t kMaxText = 1024;

// The smallest and the largest address of the network are the bounds of a range of 16-byte blobs.
void range(const waf::IpNetwork& network, waf::IpAddress* first, waf::IpAddress* last) {
  *first = network.address;
  *last = network.address;
  for (size_t bit = network.prefix; bit < 128; ++bit) {
    const auto mask = static_cast<uint8_t>(0x80u >> (bit % 8));
    first->bytes[bit / 8] &= static_cast<uint8_t>(~mask);
    last->bytes[bit / 8] |= mask;
  }
}

std::string likePattern(const std::string& text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

}  // namespace

std::string EventCursor::toString() const {
  return std::to_string(time_us) + "." + std::to_string(sequence);
}

bool EventCursor::parse(const std::string& text, EventCursor* out) {
  if (text.empty()) {
    *out = EventCursor{};
    return true;
  }
  const size_t dot = text.find('.');
  uint64_t time = 0;
  uint64_t sequence = 0;
  if (dot == std::string::npos || !waf::parseUint64(std::string_view(text).substr(0, dot), &time) ||
      !waf::parseUint64(std::string_view(text).substr(dot + 1), &sequence) || time > INT64_MAX ||
      sequence > INT64_MAX) {
    return false;
  }
  out->time_us = static_cast<int64_t>(time);
  out->sequence = static_cast<int64_t>(sequence);
  return true;
}

void EventCondition::addNumber(const std::string& sql, int64_t value) {
  add(sql);
  values_.push_back({Value::Kind::Number, value, "", {}});
}

void EventCondition::addText(const std::string& sql, const std::string& value) {
  add(sql);
  values_.push_back({Value::Kind::Text, 0, value.substr(0, kMaxText), {}});
}

void EventCondition::addBytes(const std::string& sql, const unsigned char* data, size_t size) {
  add(sql);
  values_.push_back({Value::Kind::Bytes, 0, "", Poco::Data::BLOB(data, size)});
}

Result<EventCondition> EventCondition::make(const EventFilter& filter) {
  EventCondition out;
  if (filter.since) out.addNumber("time_us >= ?", toMicroseconds(*filter.since));
  if (filter.until) out.addNumber("time_us < ?", toMicroseconds(*filter.until));
  if (!filter.site.empty()) out.addText("site = ?", filter.site);
  if (!filter.decision.empty()) out.addText("decision = ?", filter.decision);
  if (!filter.reason.empty()) out.addText("reason = ?", filter.reason);
  if (!filter.client.empty()) {
    const Result<waf::IpNetwork> network = waf::IpNetwork::parse(filter.client);
    if (!network) return waf::fail(waf::ErrorCode::Invalid, "db", network.error().message);
    waf::IpAddress first;
    waf::IpAddress last;
    range(*network, &first, &last);
    out.addBytes("client >= ?", first.bytes.data(), first.bytes.size());
    out.addBytes("client <= ?", last.bytes.data(), last.bytes.size());
  }
  if (filter.rule) {
    out.addNumber(
        "EXISTS (SELECT 1 FROM event_rules r WHERE r.rule_id = ? AND r.sequence = events.sequence)",
        *filter.rule);
  }
  if (!filter.path_prefix.empty()) {
    out.addText("substr(path, 1, length(?)) = ?", filter.path_prefix);
    out.values_.push_back(out.values_.back());
  }
  if (!filter.text.empty()) {
    out.addText("search LIKE ? ESCAPE '\\'", likePattern(filter.text.substr(0, kMaxText / 4)));
  }
  return out;
}

void EventCondition::bindTo(Poco::Data::Statement& statement) const {
  for (const Value& value : values_) {
    switch (value.kind) {
      case Value::Kind::Number:
        statement, bind(value.number);
        break;
      case Value::Kind::Text:
        statement, bind(value.text);
        break;
      case Value::Kind::Bytes:
        statement, bind(value.bytes);
        break;
    }
  }
}

}  // namespace db
