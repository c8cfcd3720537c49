#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

namespace db {

// A filter's text cut into terms, before their fields are looked at.
struct RawValue {
  size_t position = 0;  // of its first byte, from 1
  std::string text;     // quotes and escapes resolved
  bool quoted = false;
};

struct RawTerm {
  size_t position = 0;
  bool negated = false;
  std::string field;  // "" for a text
  std::vector<RawValue> values;
};

waf::Unexpected filterError(size_t position, const std::string& why);

waf::Result<std::vector<RawTerm>> readFilter(std::string_view text);

}  // namespace db
