#pragma once

#include <optional>
#include <string>
#include <vector>

namespace waf::test {

// One row of an operator or transformation table in JSON.
struct SeclangRow {
  std::string name;
  std::string param;
  std::string input;
  std::string output;
  bool ret = false;
  std::vector<std::string> groups;  // re_groups: what the match captured
  bool has_groups = false;
};

// The folder with the shared conformance data (environment PORTCULLIS_SHARED, else beside
// `source_dir`), if present.
std::optional<std::string> sharedFolder(const std::string& source_dir);

// The rows of one JSON file; \xHH and \uHHHH left in its strings are single bytes, as in
// ModSecurity's tests.
std::vector<SeclangRow> readSeclangRows(const std::string& path);

// The names (without folder) of the *.json files in a folder.
std::vector<std::string> jsonFilesIn(const std::string& folder);

std::string readFile(const std::string& path);

// For messages: bytes outside of printable ASCII as \xHH.
std::string printable(const std::string& bytes);

}  // namespace waf::test
