#pragma once

#include <string_view>

#include "tests/fuzz/require.h"
#include "waf/body/body_processor.h"

namespace waf {

// Counts what a body processor reports and holds it to what the body can hold.
class CountingSink : public BodySink {
 public:
  explicit CountingSink(size_t most_arguments) : most_arguments_(most_arguments) {}

  bool addArgument(std::string_view name, std::string_view value) override {
    require(arguments <= most_arguments_);
    argument_bytes += name.size() + value.size();
    return ++arguments <= most_arguments_;
  }
  void addFile(std::string_view, std::string_view, std::string_view content) override {
    ++files;
    file_bytes += content.size();
  }
  void addPartHeader(std::string_view, std::string_view line) override {
    ++part_headers;
    part_header_bytes += line.size();
  }
  void addPart(std::string_view, std::string_view) override { ++parts; }
  void setFlag(std::string_view variable, std::string_view) override {
    require(!variable.empty());
    ++flags;
  }

  size_t arguments = 0;
  size_t argument_bytes = 0;
  size_t files = 0;
  size_t file_bytes = 0;
  size_t parts = 0;
  size_t part_headers = 0;
  size_t part_header_bytes = 0;
  size_t flags = 0;

 private:
  size_t most_arguments_;
};

inline bool liesWithin(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

inline std::string_view viewOf(const unsigned char* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace waf
