// Variables that are made when somebody asks: the clock, RULE, FULL_REQUEST.
#include <ctime>

#include "waf/engine/transaction_data.h"

namespace waf {
namespace {

std::string formatTime(const char* format, WallTime time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
  const std::time_t stamp = seconds.count();
  std::tm local{};
  ::localtime_r(&stamp, &local);
  char text[64];
  return {text, std::strftime(text, sizeof(text), format, &local)};
}

// TIME_MON counts from 0 and TIME_WDAY from Sunday (0), as ModSecurity's manual has them.
std::string timePart(VariableId id, WallTime now) {
  switch (id) {
    case VariableId::Time:
      return formatTime("%H:%M:%S", now);
    case VariableId::TimeDay:
      return std::to_string(std::stoi(formatTime("%d", now)));
    case VariableId::TimeHour:
      return formatTime("%H", now);
    case VariableId::TimeMin:
      return formatTime("%M", now);
    case VariableId::TimeMon:
      return std::to_string(std::stoi(formatTime("%m", now)) - 1);
    case VariableId::TimeSec:
      return formatTime("%S", now);
    case VariableId::TimeWday:
      return formatTime("%w", now);
    case VariableId::TimeYear:
      return formatTime("%Y", now);
    default:
      return formatTime("%s", now);
  }
}

}  // namespace

std::string_view TransactionData::computed(VariableId id) const {
  switch (id) {
    case VariableId::Duration: {
      const auto elapsed = clock_.monotonic() - start_;
      return arena_.copy(
          std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count()));
    }
    case VariableId::HighestSeverity:
      return arena_.copy(std::to_string(highest_severity_));
    case VariableId::FullRequest:
      return fullRequest();
    case VariableId::FullRequestLength:
      return arena_.copy(std::to_string(fullRequest().size()));
    default:
      return arena_.copy(timePart(id, clock_.wall()));
  }
}

std::string_view TransactionData::fullRequest() const {
  std::string text(get(VariableId::RequestLine));
  text += "\r\n";
  for (const Value& header : collection(VariableId::RequestHeaders)) {
    text.append(header.name).append(": ").append(header.text).append("\r\n");
  }
  text += "\r\n";
  text += get(VariableId::RequestBody);
  return arena_.copy(text);
}

std::optional<std::string> TransactionData::ruleField(const Rule& rule,
                                                      std::string_view name) const {
  std::string text;
  if (name == "id") {
    text = std::to_string(rule.id);
  } else if (name == "msg") {
    rule.message.expand(*this, nullptr, &text);
  } else if (name == "logdata") {
    rule.data.expand(*this, nullptr, &text);
  } else if (name == "severity") {
    if (rule.severity_level < 8) text = std::to_string(rule.severity_level);
  } else if (name == "rev") {
    text = rule.revision;
  } else if (name == "ver") {
    text = rule.version;
  } else if (name == "phase") {
    text = std::to_string(rule.phase);
  }
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace waf
