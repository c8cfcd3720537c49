#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gateway {

// Finds the end of a head: lines that end in exactly CRLF, no other control byte but HTAB, closed
// by an empty line. Remembers how far it has looked, so that a head that drips in costs one look at
// each byte.
class HeadScanner {
 public:
  enum class Status : uint8_t {
    NeedMore,
    Complete,
    BareLineFeed,        // LF without CR before it
    BareCarriageReturn,  // CR without LF behind it
    ControlByte,         // NUL, DEL or another control byte
    FoldedLine,          // a line that starts with white space (obs-fold)
  };

  // `bytes` starts at the head's first byte each time.
  Status scan(std::string_view bytes);
  size_t headBytes() const { return position_; }         // on Complete: with the empty line
  size_t firstLineBytes() const { return first_line_; }  // with CRLF; 0 while incomplete
  size_t lines() const { return lines_; }                // complete lines so far
  void reset() { *this = HeadScanner(); }

 private:
  size_t position_ = 0;
  size_t line_start_ = 0;
  size_t first_line_ = 0;
  size_t lines_ = 0;
};

}  // namespace gateway
