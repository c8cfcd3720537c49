#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "waf/base/text.h"

namespace gateway {

// A fixed set of field names, asked without case. Most names that are asked have a length that none
// of the set has, which one bit tells.
template <size_t N>
class NameSet {
 public:
  constexpr explicit NameSet(const std::array<std::string_view, N>& names) : names_(names) {
    for (const std::string_view name : names) lengths_ |= uint64_t{1} << (name.size() & 63);
  }

  bool contains(std::string_view name) const {
    if ((lengths_ >> (name.size() & 63) & 1) == 0) return false;
    for (const std::string_view each : names_) {
      if (waf::equalsIgnoreCase(each, name)) return true;
    }
    return false;
  }

 private:
  std::array<std::string_view, N> names_;
  uint64_t lengths_ = 0;
};

template <size_t N>
constexpr NameSet<N> nameSet(const std::string_view (&names)[N]) {
  std::array<std::string_view, N> list;
  for (size_t i = 0; i < N; ++i) list[i] = names[i];
  return NameSet<N>(list);
}

}  // namespace gateway
