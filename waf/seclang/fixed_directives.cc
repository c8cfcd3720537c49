// Directives of ModSecurity's reference manuals that choose nothing here: those that say where its
// own logs and files lie (ours are the gateway's settings), and those that we do not do. A value
// that would change what is decided is refused, with the reason and what does it here.
#include <algorithm>
#include <array>

#include "waf/base/text.h"
#include "waf/regex/regex.h"
#include "waf/seclang/parser.h"

namespace waf {
namespace {

struct Choice {
  std::string_view directive;
  std::string_view values;   // separated by blanks
  std::string_view refused;  // one of them
  std::string_view reason;
};

constexpr std::string_view kHash =
    "links are not signed and checked here; let the application sign its own";
constexpr std::string_view kTimeouts =
    "slow and many connections are the listener's business; set the configuration's timeouts and "
    "the site's rate limit";
constexpr std::string_view kStream =
    "bodies are buffered for inspection and not rewritten; use REQUEST_BODY and RESPONSE_BODY";

constexpr std::array kChoices{
    Choice{"SecAuditEngine", "On Off RelevantOnly", {}, {}},
    Choice{"SecAuditLogFormat", "JSON Native", {}, {}},
    Choice{"SecAuditLogType", "Serial Concurrent Parallel HTTPS", {}, {}},
    Choice{"SecCacheTransformations", "On Off", {}, {}},
    Choice{"SecConnEngine", "On Off DetectionOnly", "On", kTimeouts},
    Choice{"SecContentInjection", "On Off", "On",
           "responses are not rewritten by rules; let the application add what is to be added"},
    Choice{"SecDisableBackendCompression", "On Off", {}, {}},
    Choice{"SecHashEngine", "On Off DetectionOnly", "On", kHash},
    Choice{"SecInterceptOnError", "On Off", "Off",
           "the site's failure policy decides what a fault of the engine does; set "
           "waf.failure_policy"},
    Choice{"SecRemoteRulesFailAction", "Abort Warn", {}, {}},
    Choice{"SecRuleInheritance", "On Off", "Off",
           "a site runs the rule sets that it names and no others; leave the directive out"},
    Choice{"SecStatusEngine", "On Off", {}, {}},
    Choice{"SecStreamInBodyInspection", "On Off", "On", kStream},
    Choice{"SecStreamOutBodyInspection", "On Off", "On", kStream},
    Choice{"SecTmpSaveUploadedFiles", "On Off", {}, {}},
    Choice{"SecXmlExternalEntity", "On Off", {}, {}},
};

struct Refusal {
  std::string_view directive;
  std::string_view reason;
};

constexpr std::array kRefusals{
    Refusal{"SecChrootDir", "the service manager confines the process; use RootDirectory= there"},
    Refusal{"SecConnReadStateLimit", kTimeouts},
    Refusal{"SecConnWriteStateLimit", kTimeouts},
    Refusal{"SecGsbLookupDb",
            "the Google Safe Browsing v1 database is no longer published; use @pmFromFile"},
    Refusal{"SecGuardianLog",
            "events are not piped to a program; use the audit log, syslog or a webhook"},
    Refusal{"SecHashKey", kHash},
    Refusal{"SecHashMethodPm", kHash},
    Refusal{"SecHashMethodRx", kHash},
    Refusal{"SecHashParam", kHash},
    Refusal{"SecReadStateLimit", kTimeouts},
    Refusal{"SecRemoteRules", "rules are not downloaded while loading; import them as a rule set"},
    Refusal{"SecRequestEncoding",
            "the charset of a body is what the request says; leave the directive out"},
    Refusal{"SecRuleScript", "rules in Lua are not supported; write the rule with SecRule"},
    Refusal{"SecServerSignature", "the Server header is the application's; change it there"},
    Refusal{"SecWriteStateLimit", kTimeouts},
};

// Whether `value` is one of the words of `list`, ignoring case.
bool isListed(std::string_view list, std::string_view value) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    if (equalsIgnoreCase(list.substr(0, end), value)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// "On Off RelevantOnly" → "On, Off, RelevantOnly".
std::string commaSeparated(std::string_view list) {
  std::string out;
  for (const char c : list) out += c == ' ' ? std::string(", ") : std::string(1, c);
  return out;
}

}  // namespace

void Parser::choice(const Words& words) {
  const auto known = std::find_if(kChoices.begin(), kChoices.end(), [&](const Choice& choice) {
    return choice.directive == directive_;
  });
  if (known == kChoices.end()) return;
  if (!isListed(known->values, words[1])) {
    return error("one of " + commaSeparated(known->values) + " is expected, not \"" + words[1] +
                 "\"");
  }
  const bool off = equalsIgnoreCase(words[1], "Off");
  const bool refuses = !known->refused.empty() && off == (known->refused == "Off");
  if (refuses) error(words[1] + " is not supported: " + std::string(known->reason));
}

void Parser::refused(const Words&) {
  for (const Refusal& refusal : kRefusals) {
    if (refusal.directive == directive_) {
      return error("not supported: " + std::string(refusal.reason));
    }
  }
}

void Parser::accepted(const Words&) {}

void Parser::acceptedNumber(const Words& words) {
  uint64_t value = 0;
  number(words[1], UINT64_MAX / 2, &value);
}

// An octal mode as chmod takes it, or "default".
void Parser::acceptedMode(const Words& words) {
  const std::string& mode = words[1];
  const bool octal =
      mode.size() <= 5 && !mode.empty() && mode.find_first_not_of("01234567") == std::string::npos;
  if (!octal && !equalsIgnoreCase(mode, "default")) {
    error("an octal mode or default is expected, not \"" + mode + "\"");
  }
}

void Parser::acceptedPattern(const Words& words) {
  const auto regex = Regex::compile(words[1], RegexOptions{});
  if (!regex) error(regex.error().message);
}

void Parser::debugLogLevel(const Words& words) {
  uint64_t value = 0;
  number(words[1], 9, &value);
}

void Parser::auditLogParts(const Words& words) {
  if (words[1].find_first_not_of("ABCDEFGHIJKZ") != std::string::npos) {
    error("letters A to K and Z are expected, not \"" + words[1] + "\"");
  }
}

}  // namespace waf
