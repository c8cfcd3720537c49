#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "waf/body/body_processor.h"

namespace waf {

// Keeps what a processor reports, for assertions.
struct RecordingSink final : BodySink {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  struct File {
    std::string field;
    std::string filename;
    std::string content;
  };

  bool addArgument(std::string_view name, std::string_view value) override {
    if (arguments.size() >= limit) {
      ++refused;
      return false;
    }
    arguments.emplace_back(name, value);
    return true;
  }
  void addFile(std::string_view field, std::string_view filename,
               std::string_view content) override {
    files.push_back({std::string(field), std::string(filename), std::string(content)});
  }
  void addPartHeader(std::string_view field, std::string_view line) override {
    part_headers.emplace_back(field, line);
  }
  void addPart(std::string_view field, std::string_view filename) override {
    parts.emplace_back(field, filename);
  }
  void setFlag(std::string_view variable, std::string_view value) override {
    flags[std::string(variable)] = value;
  }

  std::string flag(const std::string& name) const {
    const auto it = flags.find(name);
    return it == flags.end() ? "" : it->second;
  }

  size_t limit = SIZE_MAX;
  size_t refused = 0;
  Pairs arguments;
  std::vector<File> files;
  Pairs part_headers;
  Pairs parts;
  std::map<std::string, std::string> flags;
};

}  // namespace waf
