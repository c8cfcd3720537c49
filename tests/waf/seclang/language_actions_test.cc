// Every directive, variable, operator, transformation, action and ctl that ModSecurity's reference
// manuals (v2 and v3) document: it loads, or it is refused with its place, the reason and what to
// do instead. What each does is tested beside its part and by tests/waf/seclang/vectors.
#include <gtest/gtest.h>

#include "tests/waf/support/language_rows.h"

namespace waf {
namespace {

using Row = LanguageRow;

TEST(LanguageTest, ActionsLoadOrSayWhyNot) {
  for (const Row& row : {
           Row{"accuracy:9"},
           Row{"allow"},
           Row{"allow:phase"},
           Row{"allow:request"},
           Row{"allow:never", "phase or request"},
           Row{"append:'x'", "not rewritten"},
           Row{"auditlog"},
           Row{"block"},
           Row{"capture"},
           Row{"deny"},
           Row{"deny,status:404"},
           Row{"deprecatevar:ip.n=1/60"},
           Row{"deprecatevar:ip.n=1", "amount/seconds"},
           Row{"deprecatevar:tx.n=1/60", "only what is stored"},
           Row{"drop"},
           Row{"exec:/bin/true", "programs are not started"},
           Row{"expirevar:session.x=60"},
           Row{"initcol:ip=%{REMOTE_ADDR}"},
           Row{"initcol:tx=1", "a collection"},
           Row{"log"},
           Row{"logdata:'%{MATCHED_VAR}'"},
           Row{"maturity:9"},
           Row{"msg:'a message'"},
           Row{"multiMatch"},
           Row{"noauditlog"},
           Row{"nolog"},
           Row{"pass"},
           Row{"pause:100", "rate limit"},
           Row{"phase:request"},
           Row{"phase:response"},
           Row{"phase:logging"},
           Row{"phase:7", "phase"},
           Row{"prepend:'x'", "not rewritten"},
           Row{"proxy:http://x/", "upstream"},
           Row{"redirect:http://x/%{ARGS.a}"},
           Row{"rev:'2'"},
           Row{"sanitiseArg:password"},
           Row{"sanitizeArg:password"},
           Row{"sanitiseMatched"},
           Row{"sanitiseMatchedBytes"},
           Row{"sanitiseMatchedBytes:1/4"},
           Row{"sanitiseMatchedBytes:x", "first/last"},
           Row{"sanitiseRequestHeader:Authorization"},
           Row{"sanitiseResponseHeader:Set-Cookie"},
           Row{"setenv:x=%{ARGS.a}"},
           Row{"setrsc:'abcd'"},
           Row{"setsid:%{REQUEST_COOKIES.s}"},
           Row{"setuid:%{REMOTE_USER}"},
           Row{"setvar:tx.score=+5"},
           Row{"setvar:!tx.score"},
           Row{"setvar:args.a=1", "takes no values"},
           Row{"severity:CRITICAL"},
           Row{"severity:9", "0 to 7"},
           Row{"skip:1"},
           Row{"skip:x", "a number of rules"},
           Row{"status:abc", "a code"},
           Row{"tag:'x/%{ARGS.a}'"},
           Row{"ver:'x/1'"},
           Row{"xmlns:a=http://a.example/"},
           Row{"xmlns:a", "equals sign"},
           Row{"nosuch", "nearest known one"},
       }) {
    checkRow(Row{"SecRule ARGS \"@rx a\" \"id:1,phase:2," + row.text + "\"", row.refusal});
  }
  checkRow(Row{"SecRule ARGS a \"id:1,phase:2,pass,skipAfter:X\"\nSecMarker X"});
  checkRow(Row{"SecRule ARGS a \"id:1,phase:2,deny,chain\"\nSecRule ARGS b"});
}

TEST(LanguageTest, ControlsLoadOrSayWhyNot) {
  for (const Row& row : {
           Row{"auditEngine=Off"},
           Row{"auditEngine=Maybe", "RelevantOnly"},
           Row{"auditLogParts=+E"},
           Row{"auditLogParts=-C"},
           Row{"auditLogParts=+9", "letters A to K"},
           Row{"debugLogLevel=9"},
           Row{"debugLogLevel=x", "0 to 9"},
           Row{"forceRequestBodyVariable=On"},
           Row{"hashEnforcement=Off"},
           Row{"hashEnforcement=On", "not signed"},
           Row{"hashEngine=On", "not signed"},
           Row{"parseXmlIntoArgs=On"},
           Row{"parseXmlIntoArgs=Some", "OnlyArgs"},
           Row{"requestBodyAccess=On"},
           Row{"requestBodyAccess=Maybe", "On or Off"},
           Row{"requestBodyLimit=1000"},
           Row{"requestBodyProcessor=JSON"},
           Row{"requestBodyProcessor=YAML", "URLENCODED, MULTIPART, JSON or XML"},
           Row{"responseBodyAccess=Off"},
           Row{"responseBodyLimit=1000"},
           Row{"ruleEngine=DetectionOnly"},
           Row{"ruleEngine=Maybe", "DetectionOnly is expected"},
           Row{"ruleRemoveById=1"},
           Row{"ruleRemoveById=1-9"},
           Row{"ruleRemoveById=1-9 20"},
           Row{"ruleRemoveById=x", "is not a rule id"},
           Row{"ruleRemoveByMsg=hello"},
           Row{"ruleRemoveByTag=hello"},
           Row{"ruleRemoveTargetById=1-9;ARGS:a"},
           Row{"ruleRemoveTargetById=1", "rules;TARGET"},
           Row{"ruleRemoveTargetByMsg=hello;ARGS:a"},
           Row{"ruleRemoveTargetByTag=hello;ARGS:/^a/"},
           Row{"ruleUpdateTargetById=1;ARGS", "nearest known one"},
       }) {
    checkRow(Row{"SecAction \"id:1,phase:1,pass,ctl:" + row.text + "\"", row.refusal});
  }
}

}  // namespace
}  // namespace waf
