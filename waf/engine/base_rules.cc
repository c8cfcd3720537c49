#include "waf/engine/rule_set_loader.h"

namespace waf {

// The effects of ModSecurity's modsecurity.conf-recommended: the same settings and rule ids, so
// that sets and exclusions written for it find what they expect.
const char* const kBaseRules = R"(
SecRuleEngine On

SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 131072
SecRequestBodyLimitAction Reject
SecRequestBodyJsonDepthLimit 512
SecArgumentsLimit 1000

SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
SecResponseBodyLimit 524288
SecResponseBodyLimitAction ProcessPartial

SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecArgumentSeparator &
SecCookieFormat 0

SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\+|/)|text/)xml" \
    "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"

SecRule REQUEST_HEADERS:Content-Type "@rx ^application/json" \
    "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"

SecRule REQUEST_HEADERS:Content-Type "@rx ^application/[a-z0-9.-]+[+]json" \
    "id:200006,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"

SecRule &ARGS "@ge 1000" \
    "id:200007,phase:2,t:none,log,deny,status:400,severity:'CRITICAL',\
    msg:'The request has too many arguments to inspect them all'"

SecRule REQBODY_ERROR "!@eq 0" \
    "id:200002,phase:2,t:none,log,deny,status:400,severity:'CRITICAL',\
    msg:'The request body could not be parsed',logdata:'%{REQBODY_ERROR_MSG}'"

SecRule MULTIPART_STRICT_ERROR "!@eq 0" \
    "id:200003,phase:2,t:none,log,deny,status:400,severity:'CRITICAL',\
    msg:'The multipart body breaks the rules of its format',\
    logdata:'parser %{REQBODY_PROCESSOR_ERROR}, boundary quoted %{MULTIPART_BOUNDARY_QUOTED}, \
boundary blank %{MULTIPART_BOUNDARY_WHITESPACE}, data before %{MULTIPART_DATA_BEFORE}, \
data after %{MULTIPART_DATA_AFTER}, header folding %{MULTIPART_HEADER_FOLDING}, \
bare line feed %{MULTIPART_LF_LINE}, missing semicolon %{MULTIPART_MISSING_SEMICOLON}, \
quoting %{MULTIPART_INVALID_QUOTING}, part %{MULTIPART_INVALID_PART}, \
bad folding %{MULTIPART_INVALID_HEADER_FOLDING}, file limit %{MULTIPART_FILE_LIMIT_EXCEEDED}'"

SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" \
    "id:200004,phase:2,t:none,log,deny,status:400,severity:'CRITICAL',\
    msg:'The multipart body may hold a boundary that is not its own'"

SecRule TX:/^MSC_/ "!@streq 0" \
    "id:200005,phase:2,t:none,log,deny,severity:'CRITICAL',\
    msg:'The engine reached a limit: %{MATCHED_VAR_NAME}'"
)";

}  // namespace waf
