// Comments of SQL, C and HTML.
//
//   t:replaceComments     /* … */ becomes a space; so does one that does not end
//   t:removeComments      /* … */ and <!-- … --> vanish, one that does not end becomes a space;
//   "--"
//                         and "#" end the value. A comment that ends the value leaves a NUL, as it
//                         does in ModSecurity.
//   t:removeCommentsChar  the marks vanish and the text between stays: /* */ <!-- --> -- #

#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

bool looksAt(std::string_view value, size_t i, std::string_view expected) {
  return value.substr(i).starts_with(expected);
}

// Past the comment that opens at `i`, or npos when there is none that ends; `opens` says whether
// one opens.
size_t pastComment(std::string_view value, size_t i, bool* opens) {
  const bool block = looksAt(value, i, "/*");
  const bool html = looksAt(value, i, "<!--");
  *opens = block || html;
  if (!*opens) return i;
  // Either end mark ends either kind, which is what ModSecurity does and what an evasion would try.
  for (size_t end = i + (block ? 2 : 4); end < value.size(); ++end) {
    if (looksAt(value, end, "*/")) return end + 2;
    if (looksAt(value, end, "-->")) return end + 3;
  }
  return std::string_view::npos;
}

constexpr ByteClass kMarkStarts("/*<-#");

size_t markLength(std::string_view value, size_t i) {
  if (!kMarkStarts.has(value[i])) return 0;
  for (const std::string_view mark : {"/*", "*/", "<!--", "-->", "--", "#"}) {
    if (looksAt(value, i, mark)) return mark.size();
  }
  return 0;
}

}  // namespace

bool hasBlockComment(std::string_view value) { return value.find("/*") != std::string_view::npos; }

bool hasComment(std::string_view value) {
  static constexpr ByteFinder kStarts("/<-#");
  return kStarts.isIn(value);
}

bool hasCommentCharacter(std::string_view value) {
  static constexpr ByteFinder kMarks("/*<-#");
  return kMarks.isIn(value);
}

bool replaceComments(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      if (!looksAt(value, i, "/*")) {
        *to++ = value[i++];
        continue;
      }
      *to++ = ' ';
      const size_t end = value.find("*/", i + 2);
      i = end == std::string_view::npos ? value.size() : end + 2;
    }
    return to;
  });
}

bool removeComments(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      if (!kMarkStarts.has(value[i])) {
        *to++ = value[i++];
        continue;
      }
      bool opens = false;
      const size_t end = pastComment(value, i, &opens);
      if (opens && end == std::string_view::npos) {
        *to++ = ' ';
        break;
      }
      if (opens) {
        i = end;
        if (i == value.size()) *to++ = '\0';
        continue;
      }
      if (value[i] == '#' || looksAt(value, i, "--")) break;
      *to++ = value[i++];
    }
    return to;
  });
}

bool removeCommentsChar(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      const size_t mark = markLength(value, i);
      if (mark == 0) {
        *to++ = value[i++];
      } else {
        i += mark;
      }
    }
    return to;
  });
}

}  // namespace waf::transform
