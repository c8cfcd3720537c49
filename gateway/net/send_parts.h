#pragma once

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace gateway {

// Pieces of bytes that are sent one after the other, as the kernel takes them: those that are not
// empty. The bytes are the caller's.
struct SendParts {
  // Several pieces of so few bytes are copied into one: that costs less than the kernel's reading
  // of a vector.
  static constexpr size_t kMostCopied = 4096;

  explicit SendParts(std::span<const std::string_view, 3> pieces) {
    for (const std::string_view piece : pieces) {
      if (piece.empty()) continue;
      parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
      size += piece.size();
    }
  }
  bool isCopied() const { return count > 1 && size <= kMostCopied; }
  void copyTo(char* to) const {
    for (size_t i = 0; i < count; ++i) {
      to = std::copy_n(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len, to);
    }
  }

  std::array<iovec, 3> parts{};
  size_t count = 0;
  size_t size = 0;
};

}  // namespace gateway
