#pragma once

#include <algorithm>
#include <string>

#include "waf/base/text.h"

namespace db {

// Text as every database keeps it: valid UTF-8 without a NUL, at which Poco's extraction stops.
inline std::string storableText(std::string text) {
  std::replace(text.begin(), text.end(), '\0', ' ');
  return waf::isValidUtf8(text) ? text : waf::toPrintableUtf8(text);
}

}  // namespace db
