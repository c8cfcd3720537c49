#pragma once

#include <string>

namespace gateway {

// Strings to write heads in. One that a message is done with goes to the next message of the same
// thread: a head is larger than what the heap hands out quickly. Bounded; any thread has its own.
std::string takeHeadString();
void giveHeadString(std::string used) noexcept;

}  // namespace gateway
