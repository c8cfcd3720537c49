#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"

namespace admin {
namespace {

struct ListenerKind {
  using Object = db::ListenerConfig;
  static constexpr const char* kKind = "listener";
  static std::vector<Object>& list(db::Config& config) { return config.listeners; }

  struct Context {
    const db::Config& config;
    std::vector<std::string> bound;  // "http 127.0.0.1:8080"
  };
  static Context context(Services& services, const db::Config& config) {
    return {config, services.gateway.status().listeners};
  }
  static nlohmann::json describe(const Context& context, const Object& listener) {
    nlohmann::json out = db::toJson(listener);
    out["used_by"] = usedBy(context.config, listener.name);
    out["bound"] = "";
    for (const std::string& line : context.bound) {
      if (line.starts_with(listener.name + " "))
        out["bound"] = line.substr(listener.name.size() + 1);
    }
    return out;
  }
  static waf::Result<Object> parse(nlohmann::json body) {
    body.erase("used_by");
    body.erase("bound");
    return db::parseListener(body);
  }
  static std::vector<std::string> usedBy(const db::Config& config, const std::string& name) {
    return sitesThat(config,
                     [&](const db::SiteConfig& site) { return contains(site.listeners, name); });
  }
};

using Listeners = Collection<ListenerKind>;

}  // namespace

Response listListeners(Services& s, Request& r) { return Listeners::list(s, r); }
Response showListener(Services& s, Request& r) { return Listeners::show(s, r); }
Response createListener(Services& s, Request& r) { return Listeners::create(s, r); }
Response replaceListener(Services& s, Request& r) { return Listeners::replace(s, r); }
Response removeListener(Services& s, Request& r) { return Listeners::remove(s, r); }

}  // namespace admin
