#pragma once

#include <string>
#include <string_view>

namespace waf {

// Strings to write heads and bodies in. One that a message is done with goes, emptied, to the next
// message of the same thread: they are larger than what the heap hands out quickly. Bounded; any
// thread has its own.
std::string takeSpareString();
void giveSpareString(std::string used) noexcept;

// Appends to a string that may not have been taken yet.
void appendToSpare(std::string_view text, std::string* out);

}  // namespace waf
