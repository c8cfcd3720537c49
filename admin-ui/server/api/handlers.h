#pragma once

#include "admin-ui/server/api/services.h"
#include "admin-ui/server/http/request.h"
#include "admin-ui/server/http/response.h"

// The handlers of the route table, one file per resource. Each gets a request that may be served:
// the router has checked session, role and body size.
namespace admin {

Response login(Services&, Request&);
Response showSession(Services&, Request&);
Response logout(Services&, Request&);
Response changeOwnPassword(Services&, Request&);

Response showConfig(Services&, Request&);
Response replaceConfig(Services&, Request&);
Response validateConfig(Services&, Request&);
Response showSchema(Services&, Request&);
Response listVersions(Services&, Request&);
Response rollBack(Services&, Request&);

Response listSites(Services&, Request&);
Response showSite(Services&, Request&);
Response createSite(Services&, Request&);
Response replaceSite(Services&, Request&);
Response patchSite(Services&, Request&);
Response removeSite(Services&, Request&);
Response purgeSiteCache(Services&, Request&);

Response listCertificates(Services&, Request&);
Response showCertificate(Services&, Request&);
Response createCertificate(Services&, Request&);
Response replaceCertificate(Services&, Request&);
Response removeCertificate(Services&, Request&);

Response listUpstreams(Services&, Request&);
Response showUpstream(Services&, Request&);
Response createUpstream(Services&, Request&);
Response replaceUpstream(Services&, Request&);
Response removeUpstream(Services&, Request&);
Response probeUpstream(Services&, Request&);

Response listListeners(Services&, Request&);
Response showListener(Services&, Request&);
Response createListener(Services&, Request&);
Response replaceListener(Services&, Request&);
Response removeListener(Services&, Request&);

Response listRulesets(Services&, Request&);
Response showRuleset(Services&, Request&);
Response createRuleset(Services&, Request&);
Response replaceRuleset(Services&, Request&);
Response removeRuleset(Services&, Request&);
Response importRuleset(Services&, Request&);
Response checkRuleset(Services&, Request&);
Response listRules(Services&, Request&);
Response showRuleCosts(Services&, Request&);

Response showJob(Services&, Request&);
Response cancelJob(Services&, Request&);

Response showSettings(Services&, Request&);
Response replaceSettings(Services&, Request&);

Response listEvents(Services&, Request&);
Response showEvent(Services&, Request&);
Response unmaskEvent(Services&, Request&);
Response countEvents(Services&, Request&);
Response tailEvents(Services&, Request&);
Response exportEvents(Services&, Request&);
Response showOverview(Services&, Request&);
Response showStatus(Services&, Request&);
Response showMetrics(Services&, Request&);

Response testOutput(Services&, Request&);
Response listAdminLog(Services&, Request&);

Response listUsers(Services&, Request&);
Response addUser(Services&, Request&);
Response setUserPassword(Services&, Request&);
Response disableUser(Services&, Request&);
Response enableUser(Services&, Request&);
Response unlockUser(Services&, Request&);

Response inspect(Services&, Request&);

}  // namespace admin
