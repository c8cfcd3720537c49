#pragma once

#include <cstdint>
#include <string_view>

namespace waf {

// Every variable of SecLang that we know, in the order of the table in variables.cc.
enum class VariableId : uint8_t {
  Args,
  ArgsCombinedSize,
  ArgsGet,
  ArgsGetNames,
  ArgsNames,
  ArgsPost,
  ArgsPostNames,
  AuthType,
  Duration,
  Env,
  Files,
  FilesCombinedSize,
  FilesNames,
  FilesSizes,
  FilesTmpContent,
  FilesTmpNames,
  FullRequest,
  FullRequestLength,
  Geo,
  Global,
  HighestSeverity,
  InboundDataError,
  Ip,
  MatchedVar,
  MatchedVarName,
  MatchedVars,
  MatchedVarsNames,
  ModsecBuild,
  MscPcreError,
  MscPcreLimitsExceeded,
  MultipartBoundaryQuoted,
  MultipartBoundaryWhitespace,
  MultipartCrlfLfLines,
  MultipartDataAfter,
  MultipartDataBefore,
  MultipartFileLimitExceeded,
  MultipartFileName,
  MultipartHeaderFolding,
  MultipartInvalidHeaderFolding,
  MultipartInvalidPart,
  MultipartInvalidQuoting,
  MultipartLfLine,
  MultipartMissingSemicolon,
  MultipartName,
  MultipartPartHeaders,
  MultipartStrictError,
  MultipartUnmatchedBoundary,
  OutboundDataError,
  PathInfo,
  QueryString,
  RemoteAddr,
  RemoteHost,
  RemotePort,
  RemoteUser,
  ReqbodyError,
  ReqbodyErrorMsg,
  ReqbodyProcessor,
  ReqbodyProcessorError,
  ReqbodyProcessorErrorMsg,
  RequestBasename,
  RequestBody,
  RequestBodyLength,
  RequestCookies,
  RequestCookiesNames,
  RequestFilename,
  RequestHeaders,
  RequestHeadersNames,
  RequestLine,
  RequestMethod,
  RequestProtocol,
  RequestUri,
  RequestUriRaw,
  Resource,
  ResponseBody,
  ResponseContentLength,
  ResponseContentType,
  ResponseHeaders,
  ResponseHeadersNames,
  ResponseProtocol,
  ResponseStatus,
  Rule,
  ServerAddr,
  ServerName,
  ServerPort,
  Session,
  SessionId,
  StatusLine,
  Time,
  TimeDay,
  TimeEpoch,
  TimeHour,
  TimeMin,
  TimeMon,
  TimeSec,
  TimeWday,
  TimeYear,
  Tx,
  UniqueId,
  UrlencodedError,
  User,
  UserId,
  WebAppId,
  Xml,
  Count,  // not a variable: how many there are
};

inline constexpr size_t kVariableCount = static_cast<size_t>(VariableId::Count);

// Where a variable's values come from.
enum class VariableKind : uint8_t {
  Scalar,      // one value, filled from the request, the response or the connection
  Collection,  // named values, filled from the same
  Computed,    // made when asked: the clock, sums
  Mutable,     // changed by rules: TX, MATCHED_VAR, ENV, IP, …
  Xml,         // selected by XPath
};

struct VariableInfo {
  std::string_view name;  // "REQUEST_HEADERS"
  VariableKind kind;
};

const VariableInfo& variableInfo(VariableId id);
inline std::string_view variableName(VariableId id) { return variableInfo(id).name; }

// By name, ignoring case; false when there is none.
bool findVariable(std::string_view name, VariableId* out);
// Why a variable of ModSecurity v2 is not one of ours, and what to use instead; "" for any other.
std::string_view whyNoVariable(std::string_view name);
std::string_view nearestVariable(std::string_view name);

// True when the values cannot change while the rules of a phase run, so that they may be scanned
// once for many rules.
bool isStable(VariableId id);

}  // namespace waf
