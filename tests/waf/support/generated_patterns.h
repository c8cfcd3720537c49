#pragma once

#include <random>
#include <string>

namespace waf::test {

// A small regular expression over the letters a, b and c, both cases, digits, blanks, punctuation
// and line feeds: alternatives, repetitions, classes, anchors, lookarounds and flags.
std::string generatedPattern(std::mt19937& random);

// A text of the same bytes.
std::string generatedText(std::mt19937& random);

}  // namespace waf::test
