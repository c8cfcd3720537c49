#include "admin-ui/server/api/router.h"

namespace admin {
namespace {

bool matches(std::string_view pattern, std::span<const std::string> segments,
             std::vector<std::string>* captures) {
  captures->clear();
  size_t index = 0;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(part.size());
    if (index == segments.size()) return false;
    if (part.front() == '{') {
      if (segments[index].empty()) return false;
      captures->push_back(segments[index]);
    } else if (part != segments[index]) {
      return false;
    }
    ++index;
  }
  return index == segments.size();
}

}  // namespace

RouteMatch findRoute(std::string_view method, std::span<const std::string> segments) {
  RouteMatch result;
  std::vector<std::string> captures;
  for (const Route& route : routes()) {
    if (!matches(route.pattern, segments, &captures)) continue;
    result.path_known = true;
    if (route.method != method) continue;
    result.route = &route;
    result.captures = captures;
    return result;
  }
  return result;
}

}  // namespace admin
