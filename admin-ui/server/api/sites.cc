#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/site_view.h"

namespace admin {
namespace {

// A form sends null for an optional number that was cleared; in the document it is then absent.
void dropNulls(nlohmann::json* object) {
  for (auto member = object->begin(); member != object->end();) {
    if (member->is_null()) {
      member = object->erase(member);
    } else {
      if (member->is_object()) dropNulls(&*member);
      ++member;
    }
  }
}

struct SiteKind {
  using Object = db::SiteConfig;
  static constexpr const char* kKind = "site";
  static std::vector<Object>& list(db::Config& config) { return config.sites; }
  using Context = SiteFacts;
  static Context context(Services& services, const db::Config& config) {
    return gatherSiteFacts(services, config);
  }
  static nlohmann::json describe(const Context& facts, const Object& site) {
    nlohmann::json out = db::toJson(site);
    out["status"] = describeSiteStatus(facts, site);
    return out;
  }
  static waf::Result<Object> parse(nlohmann::json body) {
    body.erase("status");
    if (body.is_object()) dropNulls(&body);
    return db::parseSite(body);
  }
  static std::vector<std::string> usedBy(const db::Config&, const std::string&) { return {}; }
};

using Sites = Collection<SiteKind>;

}  // namespace

Response listSites(Services& s, Request& r) { return Sites::list(s, r); }
Response showSite(Services& s, Request& r) { return Sites::show(s, r); }
Response createSite(Services& s, Request& r) { return Sites::create(s, r); }
Response replaceSite(Services& s, Request& r) { return Sites::replace(s, r); }
Response patchSite(Services& s, Request& r) { return Sites::patch(s, r); }
Response removeSite(Services& s, Request& r) { return Sites::remove(s, r); }

Response purgeSiteCache(Services& services, Request& request) {
  auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  const std::string& name = request.captures[0];
  if (Sites::find(current->config, name) == nullptr)
    return errorResponse(Sites::missing(name), request.id);
  const auto purged = services.gateway.purgeCache(name);
  return purged ? noContent() : errorResponse(apiError(purged.error()), request.id);
}

}  // namespace admin
