#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waf {

// Where a body processor puts what it finds; the transaction implements it, tests fake it. Views
// are valid for the duration of the call only.
class BodySink {
 public:
  virtual ~BodySink() = default;

  // A parameter (ARGS): form fields, JSON leaves ("json.a.b", array elements as
  // "json.a.array_0": ModSecurity 3). False when the argument limit is reached: the processor stops
  // and reports an error.
  virtual bool addArgument(std::string_view name, std::string_view value) = 0;

  // One uploaded file of a multipart body: FILES (name → filename), FILES_NAMES, FILES_SIZES,
  // FILES_TMP_CONTENT.
  virtual void addFile(std::string_view field, std::string_view filename,
                       std::string_view content) = 0;

  // A header line of a part ("name: value" as sent): MULTIPART_PART_HEADERS:field; and the part's
  // field name and filename as MULTIPART_NAME and MULTIPART_FILENAME see them.
  virtual void addPartHeader(std::string_view field, std::string_view line) = 0;
  virtual void addPart(std::string_view field, std::string_view filename) = 0;

  // A named flag variable: "MULTIPART_STRICT_ERROR", "MULTIPART_BOUNDARY_QUOTED", …,
  // "REQBODY_PROCESSOR_ERROR".
  virtual void setFlag(std::string_view variable, std::string_view value) = 0;
};

struct BodyLimits {
  uint32_t json_depth = 512;      // SecRequestBodyJsonDepthLimit
  uint32_t arguments = 1000;      // SecArgumentsLimit
  uint32_t upload_files = 100;    // SecUploadFileLimit
  uint32_t further_files = 1000;  // past upload_files: listed and flagged
  char argument_separator = '&';  // SecArgumentSeparator
};

// The outcome of parsing: REQBODY_ERROR and REQBODY_ERROR_MSG.
struct BodyOutcome {
  bool error = false;
  std::string message;
};

// Each parses one whole buffered body. Bounded in time (linear) and memory; no exceptions.
// application/x-www-form-urlencoded; also used for query strings (decoded once, "+" is a space,
// broken escapes stay).
BodyOutcome parseUrlEncoded(std::string_view body, const BodyLimits& limits, BodySink& sink);
// multipart/form-data; `content_type` is the header's whole value (RFC 7578, RFC 2046). Sets every
// MULTIPART_* flag.
BodyOutcome parseMultipart(std::string_view body, std::string_view content_type,
                           const BodyLimits& limits, BodySink& sink);
// application/json: ARGS named as ModSecurity v3 names them.
BodyOutcome parseJson(std::string_view body, const BodyLimits& limits, BodySink& sink);

// Cookie header: REQUEST_COOKIES, SecCookieFormat 0 ("a=1; b=2"; values as sent, names trimmed).
void parseCookies(std::string_view header, BodySink& sink);

}  // namespace waf
