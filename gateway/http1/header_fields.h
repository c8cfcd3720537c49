#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/loop/frame_pool.h"

namespace gateway {

// One bit of 64 for a name, the same in any case: what tells most names apart without a look at
// their bytes.
constexpr uint64_t nameBit(std::string_view name) {
  if (name.empty()) return 1;
  const auto lower = [](char c) { return static_cast<unsigned char>(c) | 0x20u; };
  return uint64_t{1} << ((name.size() * 5 + lower(name.front()) * 3 + lower(name.back())) & 63);
}

struct HeaderField {
  std::string_view name;   // as received
  std::string_view value;  // without surrounding white space
  uint64_t name_bit = 0;   // nameBit(name)
};

// The fields of a head in the order received: views into memory that the head owns. Names compare
// without case.
class HeaderFields {
 public:
  void add(std::string_view name, std::string_view value) {
    const uint64_t bit = nameBit(name);
    names_ |= bit;
    if (fields_.empty()) fields_.reserve(kUsual);
    fields_.push_back({name, value, bit});
  }
  void clear() {
    fields_.clear();
    names_ = 0;
  }
  void reserve(size_t count) { fields_.reserve(count); }

  // The first field of that name, or null.
  const HeaderField* find(std::string_view name) const {
    return mayHave(name) ? search(name) : nullptr;
  }
  // Its value, or "".
  std::string_view value(std::string_view name) const {
    const HeaderField* field = find(name);
    return field != nullptr ? field->value : std::string_view();
  }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  size_t count(std::string_view name) const { return mayHave(name) ? countAll(name) : 0; }
  // False: it has no field of that name.
  bool mayHave(std::string_view name) const { return (names_ & nameBit(name)) != 0; }

  size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  const HeaderField* search(std::string_view name) const;
  size_t countAll(std::string_view name) const;

  static constexpr size_t kUsual = 16;  // most heads need no more: one allocation
  std::vector<HeaderField, FrameAllocator<HeaderField>> fields_;
  uint64_t names_ = 0;  // the bits of all
};

}  // namespace gateway
