#include "admin-ui/server/http/response.h"

#include <nlohmann/json.hpp>

namespace admin {
namespace {

using nlohmann::json;

// Names and messages may hold bytes of a client or of a file: replaced, never thrown at.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

ApiError apiError(const waf::Error& error) {
  switch (error.code) {
    case waf::ErrorCode::Invalid:
      return {400, "invalid", error.message, "", {}};
    case waf::ErrorCode::NotFound:
      return {404, "not_found", error.message, "", {}};
    case waf::ErrorCode::Conflict:
      return {409, "conflict", error.message, "", {}};
    case waf::ErrorCode::Denied:
      return {403, "denied", error.message, "", {}};
    case waf::ErrorCode::Exhausted:
      // What the store has no room for is no matter of asking less often.
      return {error.source == "db" ? 507 : 429, "exhausted", error.message, "", {}};
    case waf::ErrorCode::Unavailable:
    case waf::ErrorCode::Corrupt:
      return {503, "unavailable", error.message, "", {}};
    case waf::ErrorCode::Internal:
      break;
  }
  return {500, "internal", error.message, "", {}};
}

ApiError invalid(std::string message, std::string field) {
  return {400, "invalid", std::move(message), std::move(field), {}};
}
ApiError notFound(std::string message) { return {404, "not_found", std::move(message), "", {}}; }
ApiError conflict(std::string message) { return {409, "conflict", std::move(message), "", {}}; }
ApiError unavailable(std::string message) {
  return {503, "unavailable", std::move(message), "", {}};
}
ApiError tooLarge(std::string message) { return {413, "too_large", std::move(message), "", {}}; }

json toJson(const waf::Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == waf::Diagnostic::Severity::Error;
  return {{"severity", error ? "error" : "warning"},
          {"file", diagnostic.file},
          {"line", diagnostic.line},
          {"message", diagnostic.message}};
}

json toJson(const ApiError& error) {
  json out = {{"code", error.code}, {"message", error.message}};
  if (!error.field.empty()) out["field"] = error.field;
  if (!error.diagnostics.empty()) {
    json list = json::array();
    for (const waf::Diagnostic& diagnostic : error.diagnostics) list.push_back(toJson(diagnostic));
    out["diagnostics"] = std::move(list);
  }
  return out;
}

Response jsonResponse(const json& value, int status) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = dump(value);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response noContent() {
  Response response;
  response.status = 204;
  return response;
}

Response errorResponse(const ApiError& error, const std::string& request_id) {
  json inner = toJson(error);
  inner["request_id"] = request_id;
  return jsonResponse({{"error", std::move(inner)}}, error.status);
}

}  // namespace admin
