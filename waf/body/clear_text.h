#pragma once

#include <string>
#include <string_view>

namespace waf {

// What an origin that ignores a body's content coding or charset could read as text in the bytes
// that were sent: the runs of ASCII and UTF-8 with at least kClearRun printable bytes, in their
// order, whatever lies between them replaced by one space each. A NUL byte is shown as a space. ""
// when there are none. Honest compressors leave few such runs and short ones; what hides text in a
// gzip field, a brotli metadata block or chosen Huffman codes leaves it whole. Linear; pure.
std::string clearText(std::string_view bytes);

inline constexpr size_t kClearRun = 8;

}  // namespace waf
