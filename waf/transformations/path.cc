// t:normalisePath (t:normalizePath)
//   A path without empty, "." and ".." segments (RFC 3986, section 5.2.4); ".." that would leave
//   the root is dropped, at the start of a relative path it stays. A slash at the end stays.
// t:normalisePathWin (t:normalizePathWin)
//   The same after each backslash became a slash.

#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

// Builds the result segment by segment, each followed by a slash.
class PathWriter {
 public:
  PathWriter(char* begin, bool rooted) : begin_(begin), end_(begin), rooted_(rooted) {
    if (rooted_) *end_++ = '/';
    floor_ = end_;
  }

  void add(std::string_view segment) {
    if (segment.empty() || segment == ".") return;
    if (segment != "..") {
      append(segment);
    } else if (end_ != floor_) {
      dropLast();
    } else if (!rooted_) {
      append(segment);
      floor_ = end_;
    }
  }

  char* finish(bool keep_slash) {
    const bool has_segments = end_ != begin_ + (rooted_ ? 1 : 0);
    return has_segments && !keep_slash ? end_ - 1 : end_;
  }

 private:
  void append(std::string_view segment) {
    // The source may be the same buffer, further on.
    std::memmove(end_, segment.data(), segment.size());
    end_ += segment.size();
    *end_++ = '/';
  }

  void dropLast() {
    --end_;
    while (end_ != floor_ && end_[-1] != '/') --end_;
  }

  char* begin_;
  char* end_;
  char* floor_;  // what ".." cannot remove ends here
  bool rooted_;
};

bool isSlash(char c, bool windows) { return c == '/' || (windows && c == '\\'); }

bool normalise(std::string_view value, bool windows, std::string& out) {
  if (value.empty()) return false;
  // One more than the value: each segment is written with a slash after it.
  return rewrite(value, out, value.size() + 1, [&](char* begin) {
    PathWriter writer(begin, isSlash(value.front(), windows));
    for (size_t i = 0; i < value.size();) {
      const size_t length =
          countLeading(value.substr(i), value.size(), [&](char c) { return !isSlash(c, windows); });
      writer.add(value.substr(i, length));
      i += length + 1;
    }
    return writer.finish(isSlash(value.back(), windows));
  });
}

}  // namespace

bool hasPathSyntax(std::string_view value) { return hasByte(value, '/') || value.starts_with('.'); }

bool hasWindowsPathSyntax(std::string_view value) {
  return hasByte(value, '\\') || hasPathSyntax(value);
}

bool normalisePath(std::string_view value, std::string& out) {
  return normalise(value, false, out);
}

bool normalisePathWin(std::string_view value, std::string& out) {
  return normalise(value, true, out);
}

}  // namespace waf::transform
