#include "gateway/routing/host_table.h"

#include "waf/base/text.h"

namespace gateway {

void HostTable::add(std::string_view pattern, size_t site) {
  if (pattern == "*") {
    if (!any_) any_ = site;
    return;
  }
  if (pattern.substr(0, 2) == "*.") {
    suffixes_.emplace(normalizeHost(pattern.substr(1)), site);
    return;
  }
  exact_.emplace(normalizeHost(pattern), site);
}

std::optional<size_t> HostTable::find(std::string_view host) const {
  if (const auto it = exact_.find(host); it != exact_.end()) return it->second;
  if (!suffixes_.empty()) {
    for (size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1)) {
      if (dot == 0) continue;
      if (const auto it = suffixes_.find(host.substr(dot)); it != suffixes_.end())
        return it->second;
    }
  }
  return any_;
}

std::string normalizeHost(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const size_t end = host.find(']');
    if (end != std::string_view::npos) return waf::toLower(host.substr(1, end - 1));
  }
  host = host.substr(0, host.find(':'));
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  return waf::toLower(host);
}

}  // namespace gateway
