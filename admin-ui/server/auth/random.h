#pragma once

#include <cstddef>
#include <string>

namespace admin {

// `bytes` bytes of the system's generator as lower-case hex; aborts when there is none (nothing
// here works without).
std::string randomHex(size_t bytes);
// A password that can be read aloud: groups of letters and digits without look-alikes, about 100
// bits.
std::string randomPassword();
// For tokens: the time does not tell where they differ.
bool equalInConstantTime(const std::string& a, const std::string& b);

}  // namespace admin
