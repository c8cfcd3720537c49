#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

namespace waf {

using ByteSet = std::bitset<256>;

ByteSet byteRange(unsigned first, unsigned last);

// With both cases of each letter.
ByteSet withBothCases(ByteSet bytes);

// The set as a class of a regular expression: [\x41-\x43].
std::string toClass(const ByteSet& bytes);

// Reads the escape at `at` of a pattern (its backslash) and moves past it. Empty for what is not a
// single byte or a class of bytes: assertions, back references and whatever else there is.
std::optional<ByteSet> readByteEscape(std::string_view pattern, size_t* at);

// Reads the class at `at` (its opening bracket) and moves past it; empty for what is not
// understood.
std::optional<ByteSet> readByteClass(std::string_view pattern, size_t* at);

}  // namespace waf
