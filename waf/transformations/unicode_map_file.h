#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

namespace waf {

// One code page of a file of best fits (SecUnicodeMapFile; ModSecurity's unicode.mapping): a line
// that begins with the page's number, then lines of "HHHH:HH" pairs, up to an empty line.
// Immutable; any thread.
class UnicodeMap {
 public:
  // Errors: the file has no such page, or a pair is not one.
  static Result<UnicodeMap> parse(std::string_view text, uint64_t code_page);
  // The byte of a character of the basic multilingual plane; -1 when the page has none.
  int byteOf(unsigned code_point) const {
    return code_point < bytes_.size() ? bytes_[code_point] : -1;
  }

  // The map of the rule set that this thread evaluates: t:urlDecodeUni of such a set asks it.
  class Scope {
   public:
    explicit Scope(const UnicodeMap* map);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const UnicodeMap* outer_;
  };
  static const UnicodeMap* current();

 private:
  std::vector<int16_t> bytes_;
};

}  // namespace waf
