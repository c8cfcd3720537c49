#include "db/events/event_classes.h"

#include <algorithm>
#include <iterator>

#include "db/events/event_row.h"

namespace db {
namespace {

struct RuleClass {
  int64_t thousand;
  std::string_view name;
};
constexpr RuleClass kClasses[] = {
    {911, "method"},    {913, "scanner"}, {920, "protocol"}, {921, "protocol"},
    {922, "multipart"}, {930, "lfi"},     {931, "rfi"},      {932, "rce"},
    {933, "php"},       {934, "generic"}, {941, "xss"},      {942, "sqli"},
    {943, "fixation"},  {944, "java"},    {950, "leakage"},  {951, "leakage"}};

int64_t pointsOf(std::string_view severity) {
  const int rank = severityRank(severity);
  return rank <= 2 ? 5 : rank <= 5 ? 7 - rank : 0;
}

}  // namespace

uint32_t classBit(int64_t rule) {
  for (size_t i = 0; i < std::size(kClasses); ++i) {
    if (kClasses[i].thousand == rule / 1000) return 1u << i;
  }
  return 0;
}

std::string_view className(size_t bit) {
  return bit < std::size(kClasses) ? kClasses[bit].name : std::string_view();
}

std::vector<std::pair<std::string, int64_t>> scoreByClass(
    const std::vector<waf::MatchedRule>& rules) {
  std::vector<std::pair<std::string, int64_t>> out;
  for (const waf::MatchedRule& rule : rules) {
    const uint32_t bit = classBit(rule.id);
    const int64_t points = pointsOf(rule.severity);
    if (bit == 0 || points == 0) continue;
    const std::string_view name = className(static_cast<size_t>(__builtin_ctz(bit)));
    const auto known = std::find_if(out.begin(), out.end(),
                                    [name](const auto& each) { return each.first == name; });
    if (known != out.end()) {
      known->second += points;
    } else {
      out.emplace_back(name, points);
    }
  }
  return out;
}

}  // namespace db
