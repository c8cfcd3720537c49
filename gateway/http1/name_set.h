#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/http1/header_fields.h"
#include "waf/base/text.h"

namespace gateway {

// A fixed set of field names, asked without case. Of most names that are asked one bit tells that
// they are not in it.
template <size_t N>
class NameSet {
 public:
  constexpr explicit NameSet(const std::array<std::string_view, N>& names) : names_(names) {
    for (const std::string_view name : names) bits_ |= nameBit(name);
  }

  bool contains(std::string_view name) const { return contains(name, nameBit(name)); }
  uint64_t bits() const { return bits_; }
  bool contains(const HeaderField& field) const { return contains(field.name, field.name_bit); }

 private:
  bool contains(std::string_view name, uint64_t bit) const {
    if ((bits_ & bit) == 0) return false;
    for (const std::string_view each : names_) {
      if (waf::equalsIgnoreCase(each, name)) return true;
    }
    return false;
  }

  std::array<std::string_view, N> names_;
  uint64_t bits_ = 0;
};

template <size_t N>
constexpr NameSet<N> nameSet(const std::string_view (&names)[N]) {
  std::array<std::string_view, N> list;
  for (size_t i = 0; i < N; ++i) list[i] = names[i];
  return NameSet<N>(list);
}

}  // namespace gateway
