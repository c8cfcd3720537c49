#pragma once

#include <string>
#include <string_view>

#include "waf/base/byte_mask.h"

namespace waf {

// A transformation of SecLang (t:NAME): a pure function of bytes. Stateless and immutable, any
// thread may call it.
//
// `apply` returns false when the value is unchanged (`out` is then unspecified) and true when `out`
// holds the new value. `out` is a scratch string that the caller reuses, so that a warm call
// allocates nothing.
//
// `mayChange` is the byte gate: false only when `apply` would certainly return false for `value`;
// cheap enough to ask before every call. `needs` is a weaker one for who knows a value's bytes: a
// value that has none of them is not changed; null where there is no such set. `bytesAfter` gives
// all bytes that the result of a value with these bytes can have, and maybe more, so that results
// need not be looked through; null where that is not known.
struct Transformation {
  std::string_view name;  // as ModSecurity's reference spells it: "urlDecodeUni"
  bool (*apply)(std::string_view value, std::string& out);
  bool (*mayChange)(std::string_view value);
  const ByteMask* needs;
  ByteMask (*bytesAfter)(const ByteMask& bytes) = nullptr;
};

// By name, ignoring case; null when there is none. "none" is not one: the parser handles it.
const Transformation* findTransformation(std::string_view name);

// t:urlDecodeUni for rule sets with SecUnicodeMapFile: %uHHHH becomes the character's best fit, by
// the map in use (UnicodeMap::Scope), else in ASCII (code page 20127).
const Transformation* urlDecodeUniWithBestFit();

// The known name nearest to `name`, for diagnostics.
std::string_view nearestTransformation(std::string_view name);

}  // namespace waf
