// White space is space, tab, line feed, vertical tab, form feed and carriage return.
//
//   t:compressWhitespace  a run of it becomes one space
//   t:removeWhitespace    all of it vanishes, and so does the byte 160 (no-break space in Latin-1)
//   t:trim, t:trimLeft, t:trimRight

#include <algorithm>

#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

bool isRemovable(char c) { return isSpace(c) || c == '\xa0'; }

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

bool hasSpace(std::string_view value) { return std::any_of(value.begin(), value.end(), isSpace); }

bool hasRemovableSpace(std::string_view value) {
  return std::any_of(value.begin(), value.end(), isRemovable);
}

bool hasOuterSpace(std::string_view value) {
  return !value.empty() && (isSpace(value.front()) || isSpace(value.back()));
}

bool compressWhitespace(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    bool after_space = false;
    for (const char c : value) {
      const bool space = isSpace(c);
      if (!space || !after_space) *to++ = space ? ' ' : c;
      after_space = space;
    }
    return to;
  });
}

bool removeWhitespace(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    return std::remove_copy_if(value.begin(), value.end(), to, isRemovable);
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
