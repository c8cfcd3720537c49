#pragma once

#include <optional>
#include <string>

#include "admin-ui/server/http/response.h"

namespace admin {

inline constexpr size_t kMinPassword = 10;
inline constexpr size_t kMaxPassword = 1024;

// Length is what counts (NIST SP 800-63B, 5.1.1.2); besides it only the obvious is refused.
std::optional<ApiError> checkPassword(const std::string& user, const std::string& password,
                                      const std::string& field);

// What every call answers that needs the database while it cannot be read.
ApiError databaseUnreadable();

}  // namespace admin
