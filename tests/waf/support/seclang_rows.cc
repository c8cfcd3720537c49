#include "tests/waf/support/seclang_rows.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace waf::test {
namespace {

bool isAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Hex digits up to the first byte that is none, as sscanf("%x") reads them.
int leadingHex(const std::string& digits) {
  return static_cast<int>(std::strtol(digits.c_str(), nullptr, 16));
}

// \xHH with any letters for H, and \uHHHH.
std::string toBytes(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const char kind = i + 1 < text.size() && text[i] == '\\' ? text[i + 1] : '\0';
    const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 0;
    const bool escape =
        digits != 0 && i + 2 + digits <= text.size() &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i + 2),
                    text.begin() + static_cast<std::ptrdiff_t>(i + 2 + digits), isAlphanumeric);
    if (escape) {
      out.push_back(static_cast<char>(leadingHex(text.substr(i + 2, digits)) & 0xff));
      i += 2 + digits;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> sharedFolder(const std::string& source_dir) {
  const char* const configured = std::getenv("PORTCULLIS_SHARED");
  const std::string folder = configured != nullptr ? configured : source_dir + "/../shared";
  if (!std::filesystem::is_directory(folder + "/conformance")) return std::nullopt;
  return folder;
}

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<SeclangRow> readSeclangRows(const std::string& path) {
  std::vector<SeclangRow> rows;
  for (const auto& item : nlohmann::json::parse(readFile(path))) {
    SeclangRow row;
    row.name = item.at("name").get<std::string>();
    row.param = item.value("param", "");
    row.input = toBytes(item.at("input").get<std::string>());
    row.output = toBytes(item.value("output", ""));
    row.ret = item.value("ret", 1) != 0;
    row.has_groups = item.contains("re_groups");
    if (row.has_groups) row.groups = item.at("re_groups").get<std::vector<std::string>>();
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> jsonFilesIn(const std::string& folder) {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string printable(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out.push_back(c);
    } else {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace waf::test
