#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace waf::test {

enum class Mutation {
  Light,  // one change, as attackers change a value that a filter knows: case, blanks, a quote more
  Heavy,  // one to three changes of bytes and pieces, most of which break the value
};

// `count` values that come of changing the two lists in turn, without those that came twice. The
// same seed gives the same values.
std::set<std::string> mutatedValues(const std::vector<std::string>& flagged,
                                    const std::vector<std::string>& clean, Mutation mutation,
                                    uint32_t seed, size_t count);

}  // namespace waf::test
