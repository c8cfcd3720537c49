#include "admin-ui/server/api/passwords.h"

#include "waf/base/text.h"

namespace admin {

std::optional<ApiError> checkPassword(const std::string& user, const std::string& password,
                                      const std::string& field) {
  if (password.size() < kMinPassword) {
    return invalid("a password has at least " + std::to_string(kMinPassword) + " characters",
                   field);
  }
  if (waf::equalsIgnoreCase(password, user))
    return invalid("a password must not be the user's name", field);
  if (password.find_first_not_of(password[0]) == std::string::npos) {
    return invalid("a password must not be one character repeated", field);
  }
  return std::nullopt;
}

ApiError databaseUnreadable() {
  return unavailable(
      "the database cannot be read; the gateway serves its last good configuration, and "
      "`portcullis status` says what to do");
}

}  // namespace admin
