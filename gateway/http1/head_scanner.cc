#include "gateway/http1/head_scanner.h"

#include "gateway/http1/byte_class.h"

namespace gateway {

// In a line may stand HTAB, SP, visible ASCII and obs-text (RFC 9110, 5.5).
HeadScanner::Status HeadScanner::scan(std::string_view bytes) {
  size_t at = position_;
  for (;;) {
    if (at == line_start_ && lines_ > 0 && at < bytes.size() &&
        (bytes[at] == ' ' || bytes[at] == '\t')) {
      return Status::FoldedLine;
    }
    at += firstControl(bytes.substr(at));
    while (at < bytes.size() && bytes[at] == '\t') {
      ++at;
      at += firstControl(bytes.substr(at));
    }
    position_ = at;
    if (at == bytes.size()) return Status::NeedMore;
    if (bytes[at] == '\n') return Status::BareLineFeed;
    if (bytes[at] != '\r') return Status::ControlByte;
    if (at + 1 == bytes.size()) return Status::NeedMore;
    if (bytes[at + 1] != '\n') return Status::BareCarriageReturn;
    const bool empty_line = at == line_start_;
    at += 2;
    position_ = at;
    if (empty_line) return Status::Complete;
    if (lines_++ == 0) first_line_ = at;
    line_start_ = at;
  }
}

}  // namespace gateway
