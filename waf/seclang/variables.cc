#include "waf/seclang/variables.h"

#include <array>

#include "waf/base/text.h"
#include "waf/seclang/names.h"

namespace waf {
namespace {

constexpr std::array<VariableInfo, kVariableCount> kVariables{{
    {"ARGS", VariableKind::Collection},
    {"ARGS_COMBINED_SIZE", VariableKind::Scalar},
    {"ARGS_GET", VariableKind::Collection},
    {"ARGS_GET_NAMES", VariableKind::Collection},
    {"ARGS_NAMES", VariableKind::Collection},
    {"ARGS_POST", VariableKind::Collection},
    {"ARGS_POST_NAMES", VariableKind::Collection},
    {"AUTH_TYPE", VariableKind::Scalar},
    {"DURATION", VariableKind::Computed},
    {"ENV", VariableKind::Mutable},
    {"FILES", VariableKind::Collection},
    {"FILES_COMBINED_SIZE", VariableKind::Scalar},
    {"FILES_NAMES", VariableKind::Collection},
    {"FILES_SIZES", VariableKind::Collection},
    {"FILES_TMP_CONTENT", VariableKind::Collection},
    {"FILES_TMPNAMES", VariableKind::Collection},
    {"FULL_REQUEST", VariableKind::Computed},
    {"FULL_REQUEST_LENGTH", VariableKind::Computed},
    {"GEO", VariableKind::Collection},
    {"GLOBAL", VariableKind::Mutable},
    {"HIGHEST_SEVERITY", VariableKind::Computed},
    {"INBOUND_DATA_ERROR", VariableKind::Scalar},
    {"IP", VariableKind::Mutable},
    {"MATCHED_VAR", VariableKind::Mutable},
    {"MATCHED_VAR_NAME", VariableKind::Mutable},
    {"MATCHED_VARS", VariableKind::Mutable},
    {"MATCHED_VARS_NAMES", VariableKind::Mutable},
    {"MODSEC_BUILD", VariableKind::Scalar},
    {"MSC_PCRE_ERROR", VariableKind::Mutable},
    {"MSC_PCRE_LIMITS_EXCEEDED", VariableKind::Mutable},
    {"MULTIPART_BOUNDARY_QUOTED", VariableKind::Scalar},
    {"MULTIPART_BOUNDARY_WHITESPACE", VariableKind::Scalar},
    {"MULTIPART_CRLF_LF_LINES", VariableKind::Scalar},
    {"MULTIPART_DATA_AFTER", VariableKind::Scalar},
    {"MULTIPART_DATA_BEFORE", VariableKind::Scalar},
    {"MULTIPART_FILE_LIMIT_EXCEEDED", VariableKind::Scalar},
    {"MULTIPART_FILENAME", VariableKind::Collection},
    {"MULTIPART_HEADER_FOLDING", VariableKind::Scalar},
    {"MULTIPART_INVALID_HEADER_FOLDING", VariableKind::Scalar},
    {"MULTIPART_INVALID_PART", VariableKind::Scalar},
    {"MULTIPART_INVALID_QUOTING", VariableKind::Scalar},
    {"MULTIPART_LF_LINE", VariableKind::Scalar},
    {"MULTIPART_MISSING_SEMICOLON", VariableKind::Scalar},
    {"MULTIPART_NAME", VariableKind::Collection},
    {"MULTIPART_PART_HEADERS", VariableKind::Collection},
    {"MULTIPART_STRICT_ERROR", VariableKind::Scalar},
    {"MULTIPART_UNMATCHED_BOUNDARY", VariableKind::Scalar},
    {"OUTBOUND_DATA_ERROR", VariableKind::Scalar},
    {"PATH_INFO", VariableKind::Scalar},
    {"QUERY_STRING", VariableKind::Scalar},
    {"REMOTE_ADDR", VariableKind::Scalar},
    {"REMOTE_HOST", VariableKind::Scalar},
    {"REMOTE_PORT", VariableKind::Scalar},
    {"REMOTE_USER", VariableKind::Scalar},
    {"REQBODY_ERROR", VariableKind::Scalar},
    {"REQBODY_ERROR_MSG", VariableKind::Scalar},
    {"REQBODY_PROCESSOR", VariableKind::Scalar},
    {"REQBODY_PROCESSOR_ERROR", VariableKind::Scalar},
    {"REQBODY_PROCESSOR_ERROR_MSG", VariableKind::Scalar},
    {"REQUEST_BASENAME", VariableKind::Scalar},
    {"REQUEST_BODY", VariableKind::Scalar},
    {"REQUEST_BODY_LENGTH", VariableKind::Scalar},
    {"REQUEST_COOKIES", VariableKind::Collection},
    {"REQUEST_COOKIES_NAMES", VariableKind::Collection},
    {"REQUEST_FILENAME", VariableKind::Scalar},
    {"REQUEST_HEADERS", VariableKind::Collection},
    {"REQUEST_HEADERS_NAMES", VariableKind::Collection},
    {"REQUEST_LINE", VariableKind::Scalar},
    {"REQUEST_METHOD", VariableKind::Scalar},
    {"REQUEST_PROTOCOL", VariableKind::Scalar},
    {"REQUEST_URI", VariableKind::Scalar},
    {"REQUEST_URI_RAW", VariableKind::Scalar},
    {"RESOURCE", VariableKind::Mutable},
    {"RESPONSE_BODY", VariableKind::Scalar},
    {"RESPONSE_CONTENT_LENGTH", VariableKind::Scalar},
    {"RESPONSE_CONTENT_TYPE", VariableKind::Scalar},
    {"RESPONSE_HEADERS", VariableKind::Collection},
    {"RESPONSE_HEADERS_NAMES", VariableKind::Collection},
    {"RESPONSE_PROTOCOL", VariableKind::Scalar},
    {"RESPONSE_STATUS", VariableKind::Scalar},
    {"RULE", VariableKind::Computed},
    {"SERVER_ADDR", VariableKind::Scalar},
    {"SERVER_NAME", VariableKind::Scalar},
    {"SERVER_PORT", VariableKind::Scalar},
    {"SESSION", VariableKind::Mutable},
    {"SESSIONID", VariableKind::Mutable},
    {"STATUS_LINE", VariableKind::Scalar},
    {"TIME", VariableKind::Computed},
    {"TIME_DAY", VariableKind::Computed},
    {"TIME_EPOCH", VariableKind::Computed},
    {"TIME_HOUR", VariableKind::Computed},
    {"TIME_MIN", VariableKind::Computed},
    {"TIME_MON", VariableKind::Computed},
    {"TIME_SEC", VariableKind::Computed},
    {"TIME_WDAY", VariableKind::Computed},
    {"TIME_YEAR", VariableKind::Computed},
    {"TX", VariableKind::Mutable},
    {"UNIQUE_ID", VariableKind::Scalar},
    {"URLENCODED_ERROR", VariableKind::Scalar},
    {"USER", VariableKind::Mutable},
    {"USERID", VariableKind::Mutable},
    {"WEBAPPID", VariableKind::Mutable},
    {"XML", VariableKind::Xml},
}};

}  // namespace

const VariableInfo& variableInfo(VariableId id) { return kVariables[static_cast<size_t>(id)]; }

bool findVariable(std::string_view name, VariableId* out) {
  for (size_t i = 0; i < kVariables.size(); ++i) {
    if (equalsIgnoreCase(kVariables[i].name, name)) {
      *out = static_cast<VariableId>(i);
      return true;
    }
  }
  // v3's other name for it.
  if (equalsIgnoreCase(name, "STATUS")) {
    *out = VariableId::ResponseStatus;
    return true;
  }
  return false;
}

std::string_view whyNoVariable(std::string_view name) {
  struct Refusal {
    std::string_view prefix;
    std::string_view reason;
  };
  constexpr Refusal kRefusals[] = {
      {"PERF_", "times are in the event and in the metrics, not in rules; use DURATION"},
      {"SCRIPT_", "a gateway does not see the application's files; use REQUEST_FILENAME"},
      {"SDBM_DELETE_ERROR", "collections are kept in memory, without a file that could fail"},
      {"STREAM_INPUT_BODY", "bodies are buffered, not streamed through rules; use REQUEST_BODY"},
      {"STREAM_OUTPUT_BODY", "bodies are buffered, not streamed through rules; use RESPONSE_BODY"},
      {"USERAGENT_IP", "the client's address is found by the listener; use REMOTE_ADDR"},
      {"WEBSERVER_ERROR_LOG", "there is no web server's log here; use RESPONSE_STATUS"},
  };
  for (const Refusal& refusal : kRefusals) {
    if (equalsIgnoreCase(name.substr(0, refusal.prefix.size()), refusal.prefix)) {
      return refusal.reason;
    }
  }
  return {};
}

std::string_view nearestVariable(std::string_view name) {
  NearestName nearest(name);
  for (const VariableInfo& info : kVariables) nearest.consider(info.name);
  return nearest.best();
}

bool isStable(VariableId id) {
  // ctl:requestBodyProcessor and @geoLookup change these two.
  if (id == VariableId::ReqbodyProcessor || id == VariableId::Geo) return false;
  const VariableKind kind = variableInfo(id).kind;
  return kind == VariableKind::Scalar || kind == VariableKind::Collection ||
         kind == VariableKind::Xml;
}

}  // namespace waf
