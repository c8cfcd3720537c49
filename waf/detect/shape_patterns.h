#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waf {

// A list of patterns of token letters (the language is described in sql_grammar.cc) as one
// automaton: a shape is looked at letter by letter, however many patterns there are. Immutable, any
// thread may ask.
class ShapePatterns {
 public:
  // Each text is patterns with one space between two. The first item of a pattern is there, whether
  // or not "?" follows it.
  explicit ShapePatterns(const std::vector<std::string_view>& texts);

  // Whether one of the patterns is the whole shape.
  bool match(std::string_view shape) const {
    size_t row = start_;
    for (const char letter : shape) {
      row = rows_[row + column_[static_cast<unsigned char>(letter)]];
    }
    return rows_[row] != 0;
  }

 private:
  // Column 0 tells whether the state accepts, column 1 is of the letters that no pattern names.
  std::array<uint8_t, 256> column_{};
  std::vector<uint32_t> rows_;
  size_t start_ = 0;
};

}  // namespace waf
