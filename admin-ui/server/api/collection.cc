#include "admin-ui/server/api/collection.h"

#include "waf/base/text.h"

namespace admin {

std::optional<ApiError> readChange(const Request& request, ConfigChange* change) {
  change->author = request.principal.user;
  change->comment = request.parameter("comment").value_or("");
  std::string_view match = waf::trim(request.header("If-Match"));
  if (match.empty() || match == "*") return std::nullopt;
  match = waf::trim(match, "\"");
  uint64_t number = 0;
  if (!waf::parseUint64(match, &number)) {
    return invalid("If-Match: must be a version of the configuration, such as 7");
  }
  change->if_match = static_cast<int64_t>(number);
  return std::nullopt;
}

}  // namespace admin
