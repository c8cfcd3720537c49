#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace gateway::cli {

// Rows of text in aligned columns; the first row is the head. Control characters are shown escaped:
// what stands in a row may have been sent by an attacker, and goes to somebody's terminal.
void printTable(const std::vector<std::vector<std::string>>& rows, std::ostream& out);
std::string forTerminal(std::string_view text);

// A member as text, whatever its type; "" when absent or null. Lists are joined by commas.
std::string text(const nlohmann::json& object, const char* name);

}  // namespace gateway::cli
