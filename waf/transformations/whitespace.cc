// White space is space, tab, line feed, vertical tab, form feed and carriage return.
//
//   t:compressWhitespace  a run of it becomes one space
//   t:removeWhitespace    all of it vanishes, and so does the byte 160 (no-break space in Latin-1)
//   t:trim, t:trimLeft, t:trimRight

#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

constexpr std::string_view kSpaceBytes = " \t\n\v\f\r";
constexpr std::string_view kRemovableBytes = " \t\n\v\f\r\xa0";
constexpr ByteClass kSpace(kSpaceBytes);
constexpr ByteClass kRemovable(kRemovableBytes);

size_t leadingSpace(std::string_view value) { return countLeading(value, value.size(), isSpace); }

std::string_view withoutTrailingSpace(std::string_view value) {
  while (!value.empty() && isSpace(value.back())) value.remove_suffix(1);
  return value;
}

bool shortened(std::string_view value, std::string_view kept, std::string& out) {
  if (kept.size() == value.size()) return false;
  out.assign(kept);
  return true;
}

}  // namespace

bool hasSpace(std::string_view value) {
  static constexpr ByteFinder kFinder(kSpaceBytes);
  return kFinder.isIn(value);
}

bool hasRemovableSpace(std::string_view value) {
  static constexpr ByteFinder kFinder(kRemovableBytes);
  return kFinder.isIn(value);
}

bool hasOuterSpace(std::string_view value) {
  return !value.empty() && (isSpace(value.front()) || isSpace(value.back()));
}

bool compressWhitespace(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    bool after_space = false;
    for (const char c : value) {
      const bool space = kSpace.has(c);
      *to = space ? ' ' : c;
      to += space && after_space ? 0 : 1;
      after_space = space;
    }
    return to;
  });
}

bool removeWhitespace(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    // Every byte is written; a removable one is where the next goes. Within the room of the value:
    // what is written at its end is its last byte.
    for (const char c : value) {
      *to = c;
      to += kRemovable.has(c) ? 0 : 1;
    }
    return to;
  });
}

bool trim(std::string_view value, std::string& out) {
  const std::string_view left = value.substr(leadingSpace(value));
  return shortened(value, withoutTrailingSpace(left), out);
}

bool trimLeft(std::string_view value, std::string& out) {
  return shortened(value, value.substr(leadingSpace(value)), out);
}

bool trimRight(std::string_view value, std::string& out) {
  return shortened(value, withoutTrailingSpace(value), out);
}

}  // namespace waf::transform
