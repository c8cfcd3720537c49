#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "admin-ui/server/http/request.h"
#include "admin-ui/server/http/response.h"

namespace admin {

// The body as JSON; on failure the error to answer with. Nested at most 64 deep, no duplicate names
// within an object (RFC 8259, 4: what they mean is not defined).
std::optional<ApiError> parseJsonBody(const Request& request, nlohmann::json* out);

// Refuses members other than these, so that a misspelt one is not silently dropped.
std::optional<ApiError> onlyMembers(const nlohmann::json& object,
                                    std::initializer_list<std::string_view> names);
// A string member of at most `max` bytes; an absent one is an error when `required`, else "".
std::optional<ApiError> readString(const nlohmann::json& object, const char* name, bool required,
                                   size_t max, std::string* out);

}  // namespace admin
