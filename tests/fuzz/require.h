#pragma once

#include <cstdlib>

// An invariant of a fuzz target; holds in every build, unlike assert.
inline void require(bool holds) {
  if (!holds) std::abort();
}
