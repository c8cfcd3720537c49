#pragma once

#include <string_view>
#include <vector>

#include "waf/regex/byte_set.h"

namespace waf {

// Sets of bytes: whatever a pattern matches holds a byte of each of them. The rarest in ordinary
// text comes first; there are at most kMaxNeeds. None for a pattern that is not understood, or that
// needs nothing.
using NeededBytes = std::vector<ByteSet>;
constexpr size_t kMaxNeeds = 4;

NeededBytes neededBytes(std::string_view pattern, bool caseless);
NeededBytes neededBytesOfLiteral(std::string_view literal, bool caseless);

// How often ordinary text has one of the bytes, in parts of a million bytes.
unsigned commonness(const ByteSet& bytes);

}  // namespace waf
