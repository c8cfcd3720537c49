#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gateway {

// Which site answers for a Host on one listener: the exact name first, then the longest matching
// wildcard, then "*". Values are indexes into the snapshot's sites. Built once with its snapshot,
// then read by any thread.
class HostTable {
 public:
  // "shop.example", "*.shop.example" (any depth below, not the name itself) or "*". The first entry
  // of a name stays.
  void add(std::string_view pattern, size_t site);
  // `host` as normalizeHost made it.
  std::optional<size_t> find(std::string_view host) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, size_t, Hash, std::equal_to<>>;
  Map exact_;
  Map suffixes_;  // ".shop.example"
  std::optional<size_t> any_;
};

// The name of a Host pattern, in the form of RequestHead::host: lower case, no port, no brackets,
// no final dot.
std::string normalizeHost(std::string_view host);

}  // namespace gateway
