#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/base/error.h"
#include "waf/engine/rule_set.h"

namespace admin {

// The answer of a call. A body longer than memory should hold is written by `stream` instead, after
// the head went out: what it finds wrong then can only end the answer early.
struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::function<void(std::ostream&)> stream;
};

// An error as the API prints it. `code` is one of packaging/docs/api.md.
struct ApiError {
  int status = 500;
  std::string code = "internal";
  std::string message;
  std::string field;
  std::vector<waf::Diagnostic> diagnostics;
};

ApiError apiError(const waf::Error& error);
ApiError invalid(std::string message, std::string field = "");
ApiError notFound(std::string message);
ApiError conflict(std::string message);
ApiError unavailable(std::string message);
ApiError tooLarge(std::string message);

nlohmann::json toJson(const waf::Diagnostic& diagnostic);
nlohmann::json toJson(const ApiError& error);  // the inner object, without request_id

Response jsonResponse(const nlohmann::json& value, int status = 200);
Response noContent();
Response errorResponse(const ApiError& error, const std::string& request_id);

}  // namespace admin
