#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace gateway {

struct HeaderField {
  std::string_view name;   // as received
  std::string_view value;  // without surrounding white space
};

// The fields of a head in the order received: views into memory that the head owns. Names compare
// without case.
class HeaderFields {
 public:
  void add(std::string_view name, std::string_view value) { fields_.push_back({name, value}); }
  void clear() { fields_.clear(); }
  void reserve(size_t count) { fields_.reserve(count); }

  // The first field of that name, or null.
  const HeaderField* find(std::string_view name) const;
  // Its value, or "".
  std::string_view value(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  size_t count(std::string_view name) const;

  size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<HeaderField> fields_;
};

}  // namespace gateway
