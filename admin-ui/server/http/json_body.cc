#include "admin-ui/server/http/json_body.h"

#include <algorithm>
#include <set>
#include <vector>

namespace admin {

using nlohmann::json;

std::optional<ApiError> parseJsonBody(const Request& request, json* out) {
  if (request.body.empty()) return invalid("the call needs a JSON object as its body");
  constexpr int kMaxDepth = 64;
  bool too_deep = false;
  std::string duplicate;
  std::vector<std::set<std::string>> names;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kMaxDepth) {
      too_deep = true;
      return false;
    }
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end && !names.empty()) names.pop_back();
    if (event == json::parse_event_t::key && !names.empty() &&
        !names.back().insert(value.get<std::string>()).second) {
      duplicate = value.get<std::string>();
    }
    return true;
  };
  *out = json::parse(request.body, watch, false);
  if (too_deep) return invalid("the body is nested too deeply");
  if (out->is_discarded()) return invalid("the body is not valid JSON");
  if (!duplicate.empty())
    return invalid("the member \"" + duplicate + "\" is there twice", duplicate);
  if (!out->is_object()) return invalid("the body must be a JSON object");
  return std::nullopt;
}

std::optional<ApiError> onlyMembers(const json& object,
                                    std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string known;
    for (const std::string_view candidate : names) {
      known += known.empty() ? "" : ", ";
      known += candidate;
    }
    return invalid("unknown member \"" + name + "\"; known are " + known, name);
  }
  return std::nullopt;
}

std::optional<ApiError> readString(const json& object, const char* name, bool required, size_t max,
                                   std::string* out) {
  const auto found = object.find(name);
  if (found == object.end()) {
    if (required) return invalid(std::string("the member \"") + name + "\" is missing", name);
    out->clear();
    return std::nullopt;
  }
  if (!found->is_string()) return invalid(std::string(name) + ": must be a string", name);
  *out = found->get<std::string>();
  if (out->size() > max) {
    return invalid(std::string(name) + ": has more than " + std::to_string(max) + " bytes", name);
  }
  if (required && out->empty()) return invalid(std::string(name) + ": must not be empty", name);
  return std::nullopt;
}

}  // namespace admin
