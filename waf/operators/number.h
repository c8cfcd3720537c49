#pragma once

#include <cstdint>
#include <string_view>

namespace waf {

// How @eq, @ge, @gt, @le and @lt compare.
enum class NumberOrder : uint8_t { Equal, GreaterOrEqual, Greater, LessOrEqual, Less };

// False when `name` is no comparison of numbers. The case is ignored.
bool findNumberOrder(std::string_view name, NumberOrder* out);

inline bool compareNumbers(NumberOrder order, int64_t left, int64_t right) {
  switch (order) {
    case NumberOrder::Equal:
      return left == right;
    case NumberOrder::GreaterOrEqual:
      return left >= right;
    case NumberOrder::Greater:
      return left > right;
    case NumberOrder::LessOrEqual:
      return left <= right;
    case NumberOrder::Less:
      return left < right;
  }
  return false;
}

// A number as ModSecurity reads it (C's atoi): spaces, a sign, digits; whatever follows is ignored
// and no digits are 0. Past 64 bits it saturates, so that a huge Content-Length stays greater than
// any limit.
int64_t readNumber(std::string_view text);

}  // namespace waf
