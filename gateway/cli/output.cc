#include "gateway/cli/output.h"

#include <algorithm>

#include "waf/base/controls.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

size_t columns(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
  }));
}

}  // namespace

std::string forTerminal(std::string_view bytes) {
  return waf::withVisibleControls(waf::toPrintableUtf8(bytes));
}

void printTable(const std::vector<std::vector<std::string>>& rows, std::ostream& out) {
  std::vector<size_t> widths;
  std::vector<std::vector<std::string>> shown;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    auto& line = shown.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      line.push_back(forTerminal(row[i]));
      widths[i] = std::max(widths[i], columns(line.back()));
    }
  }
  for (const auto& row : shown) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - columns(row[i]) + 2, ' ');
    }
    out << line << '\n';
  }
}

std::string text(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return found->dump();
  std::string out;
  for (const nlohmann::json& item : *found) {
    if (!out.empty()) out += ", ";
    out += item.is_string() ? item.get<std::string>() : item.dump();
  }
  return out;
}

}  // namespace gateway::cli
