#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin-ui/server/api/services.h"
#include "admin-ui/server/http/json_body.h"
#include "admin-ui/server/http/request.h"
#include "admin-ui/server/http/response.h"
#include "db/config/config_json.h"

namespace admin {

// Who and on which version: from the session and the If-Match header. The error says what a version
// looks like.
std::optional<ApiError> readChange(const Request& request, ConfigChange* change);

// The five calls that every kind of object has, over one list of the configuration. A kind is a
// struct with
//   using Object; static constexpr const char* kKind;   "site"
//   static std::vector<Object>& list(db::Config&);
//   static waf::Result<Object> parse(nlohmann::json);     without the read-only members
//   using Context; static Context context(Services&, const db::Config&);   what describe() needs,
//   made once a call static nlohmann::json describe(const Context&, const Object&); static
//   std::vector<std::string> usedBy(const db::Config&, const std::string& name);   sites that name
//   it
template <typename Kind>
class Collection {
 public:
  using Object = typename Kind::Object;

  static Response list(Services& services, Request& request) {
    auto current = services.config.current();
    if (!current) return errorResponse(apiError(current.error()), request.id);
    const auto context = Kind::context(services, current->config);
    nlohmann::json items = nlohmann::json::array();
    for (const Object& object : Kind::list(current->config))
      items.push_back(Kind::describe(context, object));
    return jsonResponse({{"items", std::move(items)}, {"version", current->version.number}});
  }

  static Response show(Services& services, Request& request) {
    auto current = services.config.current();
    if (!current) return errorResponse(apiError(current.error()), request.id);
    const Object* object = find(current->config, request.captures[0]);
    if (object == nullptr) return errorResponse(missing(request.captures[0]), request.id);
    return jsonResponse(Kind::describe(Kind::context(services, current->config), *object));
  }

  static Response create(Services& services, Request& request) {
    nlohmann::json body;
    if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
    auto object = Kind::parse(std::move(body));
    if (!object) return errorResponse(fieldError(object.error()), request.id);
    return add(services, request, *object);
  }

  static Response add(Services& services, Request& request, const Object& object) {
    return change(services, request, object.name, 201,
                  [&](db::Config& config) -> std::optional<ApiError> {
                    if (find(config, object.name) != nullptr) {
                      ApiError error = conflict(std::string("there is a ") + Kind::kKind + " \"" +
                                                object.name + "\" already");
                      error.field = "name";
                      return error;
                    }
                    Kind::list(config).push_back(object);
                    return std::nullopt;
                  });
  }

  static Response replace(Services& services, Request& request) {
    nlohmann::json body;
    if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
    if (const auto error = keepName(request, &body)) return errorResponse(*error, request.id);
    auto object = Kind::parse(std::move(body));
    if (!object) return errorResponse(fieldError(object.error()), request.id);
    return put(services, request, *object);
  }

  static Response put(Services& services, Request& request, const Object& object) {
    return change(services, request, object.name, 200,
                  [&](db::Config& config) -> std::optional<ApiError> {
                    Object* present = find(config, object.name);
                    if (present == nullptr) return missing(object.name);
                    *present = object;
                    return std::nullopt;
                  });
  }

  // RFC 7396, on the object as the API shows it.
  static Response patch(Services& services, Request& request) {
    nlohmann::json body;
    if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
    if (const auto error = keepName(request, &body)) return errorResponse(*error, request.id);
    const std::string& name = request.captures[0];
    return change(services, request, name, 200, [&](db::Config& config) -> std::optional<ApiError> {
      Object* present = find(config, name);
      if (present == nullptr) return missing(name);
      nlohmann::json merged = db::toJson(*present);
      merged.merge_patch(body);
      auto object = Kind::parse(std::move(merged));
      if (!object) return fieldError(object.error());
      *present = *object;
      return std::nullopt;
    });
  }

  static Response remove(Services& services, Request& request) {
    ConfigChange change;
    if (const auto error = readChange(request, &change)) return errorResponse(*error, request.id);
    const std::string& name = request.captures[0];
    const auto outcome =
        services.config.apply(change, [&](db::Config& config) -> std::optional<ApiError> {
          if (find(config, name) == nullptr) return missing(name);
          if (const auto sites = Kind::usedBy(config, name); !sites.empty())
            return inUse(name, sites);
          std::erase_if(Kind::list(config),
                        [&](const Object& object) { return object.name == name; });
          return std::nullopt;
        });
    if (outcome.error) return errorResponse(*outcome.error, request.id);
    return jsonResponse({{"version", outcome.now.version.number}});
  }

  static Object* find(db::Config& config, const std::string& name) {
    auto& objects = Kind::list(config);
    const auto found = std::find_if(objects.begin(), objects.end(),
                                    [&](const Object& o) { return o.name == name; });
    return found == objects.end() ? nullptr : &*found;
  }

  // The store's parser says "waf.mode: must be…": the part before the colon is the field.
  static ApiError fieldError(const waf::Error& error) {
    ApiError out = apiError(error);
    const size_t colon = error.message.find(": ");
    if (colon != std::string::npos && error.message.find(' ') > colon)
      out.field = error.message.substr(0, colon);
    return out;
  }

  static ApiError missing(const std::string& name) {
    return notFound(std::string("there is no ") + Kind::kKind + " \"" + name + "\"");
  }

 private:
  static Response change(Services& services, Request& request, const std::string& name, int status,
                         const ConfigService::Edit& edit) {
    ConfigChange change;
    if (const auto error = readChange(request, &change)) return errorResponse(*error, request.id);
    auto outcome = services.config.apply(change, edit);
    if (outcome.error) return errorResponse(*outcome.error, request.id);
    const Object* object = find(outcome.now.config, name);
    nlohmann::json answer = {{"version", outcome.now.version.number}};
    if (object != nullptr)
      answer["item"] = Kind::describe(Kind::context(services, outcome.now.config), *object);
    return jsonResponse(answer, status);
  }

  static std::optional<ApiError> keepName(const Request& request, nlohmann::json* body) {
    const auto name = body->find("name");
    if (name == body->end()) {
      (*body)["name"] = request.captures[0];
    } else if (*name != request.captures[0]) {
      return invalid("a name cannot be changed; make a new object of that name and remove this one",
                     "name");
    }
    return std::nullopt;
  }

  static ApiError inUse(const std::string& name, const std::vector<std::string>& sites) {
    std::string list;
    for (const std::string& site : sites) list += (list.empty() ? "\"" : ", \"") + site + "\"";
    return conflict(std::string(Kind::kKind) + " \"" + name + "\" is used by " +
                    (sites.size() == 1 ? "site " : "sites ") + list + "; change that first");
  }
};

// The names of the sites for which `uses` holds.
template <typename Predicate>
std::vector<std::string> sitesThat(const db::Config& config, Predicate uses) {
  std::vector<std::string> out;
  for (const db::SiteConfig& site : config.sites) {
    if (uses(site)) out.push_back(site.name);
  }
  return out;
}

inline bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace admin
