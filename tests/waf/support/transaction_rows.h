#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace waf::test {

// A row whose rules do not load, and need not: what runTransactionRow() begins with.
inline constexpr std::string_view kRefused = "refused: ";

// Runs one whole transaction of a table: {"rules": [lines], "request": {"method", "uri", "headers",
// "body"}, "response", "client", "expected": {"http_code", "redirect_url", "parser_error"}}. ""
// when it ends as expected, else what happened. `folder` is where data files are looked up.
std::string runTransactionRow(const nlohmann::json& test, const std::string& folder = {});

}  // namespace waf::test
