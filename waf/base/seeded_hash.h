#pragma once

#include <cstdint>
#include <string_view>

namespace waf {

// Hashes for tables whose keys come from clients. Seeded for each process, the factor too, so that
// nobody can tell from outside which texts have one hash. Any thread.
uint64_t seededHash(uint64_t salt, std::string_view text);
// The same for names that differ in the case of their letters.
uint64_t seededNameHash(std::string_view name);

}  // namespace waf
