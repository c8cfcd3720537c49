#include <array>

#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/router.h"

namespace admin {
namespace {

using enum Access;

constexpr size_t kSmall = 16u << 10;     // a few fields
constexpr size_t kObject = 1u << 20;     // a site, a certificate chain
constexpr size_t kDocument = 16u << 20;  // a whole configuration
constexpr size_t kRequest = 4u << 20;    // a raw HTTP request to inspect

constexpr auto kRoutes = std::to_array<Route>({
    {"POST", "/session", Open, login, kSmall},
    {"GET", "/session", Session, showSession},
    {"DELETE", "/session", Session, logout},
    {"POST", "/session/password", Session, changeOwnPassword, kSmall},

    {"GET", "/config", View, showConfig},
    {"PUT", "/config", Administer, replaceConfig, kDocument},
    {"POST", "/config/validate", Administer, validateConfig, kDocument},
    {"GET", "/config/schema", View, showSchema},
    {"GET", "/config/versions", View, listVersions},
    {"POST", "/config/versions/{n}/rollback", Administer, rollBack},

    {"GET", "/sites", View, listSites},
    {"GET", "/sites/{name}", View, showSite},
    {"POST", "/sites", Administer, createSite, kObject},
    {"PUT", "/sites/{name}", Administer, replaceSite, kObject},
    {"PATCH", "/sites/{name}", Administer, patchSite, kObject},
    {"DELETE", "/sites/{name}", Administer, removeSite},
    {"POST", "/sites/{name}/cache/purge", Administer, purgeSiteCache},

    {"GET", "/certificates", View, listCertificates},
    {"GET", "/certificates/{name}", View, showCertificate},
    {"POST", "/certificates", Administer, createCertificate, kObject},
    {"PUT", "/certificates/{name}", Administer, replaceCertificate, kObject},
    {"DELETE", "/certificates/{name}", Administer, removeCertificate},

    {"POST", "/upstreams/probe", Administer, probeUpstream, kObject},
    {"GET", "/upstreams", View, listUpstreams},
    {"GET", "/upstreams/{name}", View, showUpstream},
    {"POST", "/upstreams", Administer, createUpstream, kObject},
    {"PUT", "/upstreams/{name}", Administer, replaceUpstream, kObject},
    {"DELETE", "/upstreams/{name}", Administer, removeUpstream},

    {"GET", "/listeners", View, listListeners},
    {"GET", "/listeners/{name}", View, showListener},
    {"POST", "/listeners", Administer, createListener, kObject},
    {"PUT", "/listeners/{name}", Administer, replaceListener, kObject},
    {"DELETE", "/listeners/{name}", Administer, removeListener},

    {"POST", "/rulesets/import", Administer, importRuleset, 0, true},
    {"POST", "/rulesets/check", Administer, checkRuleset, 0, true},
    {"GET", "/rulesets", View, listRulesets},
    {"GET", "/rulesets/{name}", View, showRuleset},
    {"POST", "/rulesets", Administer, createRuleset, kObject},
    {"PUT", "/rulesets/{name}", Administer, replaceRuleset, kObject},
    {"DELETE", "/rulesets/{name}", Administer, removeRuleset},
    {"GET", "/rulesets/{name}/rules", View, listRules},
    {"GET", "/rules/cost", View, showRuleCosts},

    {"GET", "/jobs/{id}", View, showJob},
    {"DELETE", "/jobs/{id}", Administer, cancelJob},

    {"GET", "/settings", View, showSettings},
    {"PUT", "/settings", Administer, replaceSettings, kObject},

    {"GET", "/events", View, listEvents},
    {"GET", "/events/counts", View, countEvents},
    {"GET", "/events/tail", View, tailEvents},
    {"GET", "/events/export", View, exportEvents},
    {"GET", "/events/{id}", View, showEvent},
    {"POST", "/events/{id}/unmask", Unmask, unmaskEvent},
    {"GET", "/overview", View, showOverview},
    {"GET", "/status", View, showStatus},
    {"GET", "/metrics", View, showMetrics},

    {"POST", "/outputs/{name}/test", Administer, testOutput},
    {"GET", "/admin-log", Administer, listAdminLog},

    {"GET", "/users", Administer, listUsers},
    {"POST", "/users", Administer, addUser, kSmall},
    {"PUT", "/users/{name}/password", Administer, setUserPassword, kSmall},
    {"POST", "/users/{name}/disable", Administer, disableUser},
    {"POST", "/users/{name}/enable", Administer, enableUser},
    {"POST", "/users/{name}/unlock", Administer, unlockUser},

    {"POST", "/inspect", View, inspect, kRequest},
});

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace admin
