#include "gateway/proxy/request.h"

namespace gateway {

const db::TimeoutsConfig& Request::timeouts() const {
  static const db::TimeoutsConfig kDefaults;
  return site != nullptr ? site->config.timeouts : kDefaults;
}

bool Request::idempotent() const {
  for (const std::string_view method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}) {
    if (head.method == method) return true;
  }
  return false;
}

std::vector<std::pair<std::string_view, std::string_view>> fieldsOf(const HeaderFields& fields) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  out.reserve(fields.size());
  for (const HeaderField& field : fields) out.emplace_back(field.name, field.value);
  return out;
}

}  // namespace gateway
