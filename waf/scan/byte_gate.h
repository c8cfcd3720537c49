#pragma once

#include <string_view>
#include <vector>

#include "waf/base/byte_mask.h"
#include "waf/regex/byte_finder.h"
#include "waf/regex/needed_bytes.h"

namespace waf {

// Which texts need not be searched for any of some patterns: those that lack, for each pattern, a
// byte that it needs. Immutable; a question costs a nanosecond or two for each 16 bytes and set.
class ByteGate {
 public:
  ByteGate() = default;  // lets everything through
  // What each of the patterns needs; those that need nothing open the gate.
  explicit ByteGate(std::vector<NeededBytes> patterns);

  bool isOpen() const { return sets_.empty(); }
  bool mayMatch(std::string_view text) const {
    return lets([&](const Set& set) { return set.finder.isIn(text); });
  }
  // The same of texts that hold only these bytes.
  bool mayMatch(const ByteMask& bytes) const {
    return lets([&](const Set& set) { return bytes.intersects(set.bytes); });
  }
  // A text that has none of these is not let through: all bytes when the gate is open.
  ByteMask anyOf() const;

 private:
  struct Set {
    ByteFinder finder;
    ByteMask bytes;
    bool last = false;  // of its pattern's
  };

  template <typename Has>
  bool lets(Has&& has) const {
    if (isOpen()) return true;
    bool all = true;
    for (const Set& set : sets_) {
      all = all && has(set);
      if (!set.last) continue;
      if (all) return true;
      all = true;
    }
    return false;
  }

  // One after another the sets of those patterns that any text which passes has all bytes for; that
  // which most texts pass comes first.
  std::vector<Set> sets_;
};

}  // namespace waf
