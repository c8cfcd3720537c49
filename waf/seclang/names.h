#pragma once

#include <cstddef>
#include <string_view>

namespace waf {

// Keeps the candidate nearest to a name. The candidates outlive it.
class NearestName {
 public:
  explicit NearestName(std::string_view name) : name_(name) {}
  void consider(std::string_view candidate);
  std::string_view best() const { return best_; }

 private:
  std::string_view name_;
  std::string_view best_;
  size_t distance_ = static_cast<size_t>(-1);
};

}  // namespace waf
