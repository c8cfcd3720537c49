#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/event/event.h"

namespace waf {

// Which parts of a request are secrets. Names are compared in any case.
struct MaskingRules {
  bool enabled = true;
  std::vector<std::string> headers = {"authorization", "proxy-authorization", "cookie",
                                      "set-cookie",    "x-api-key",           "x-auth-token",
                                      "x-csrf-token"};
  // Of the query, form, JSON and multipart bodies; a name that ends so counts too ("new_password").
  std::vector<std::string> parameters = {"password", "passwd",  "pwd",    "passphrase", "secret",
                                         "token",    "api_key", "apikey", "cvv",        "cvc"};
  bool card_numbers = true;  // 13 to 19 digits with a right check digit (Luhn), wherever they stand
};

// Puts asterisks in the place of secrets before a record is made of an event, so that they reach no
// file. Lengths stay, and with them the place of a match; the scheme of an Authorization and the
// names of cookies stay too. Immutable; any thread.
class Masking {
 public:
  explicit Masking(MaskingRules rules = {});
  void apply(AuditEvent* event) const;

 private:
  bool isSecretHeader(std::string_view name) const;
  bool isSecretParameter(std::string_view name) const;
  void maskHeaders(std::vector<std::pair<std::string, std::string>>* headers) const;
  void maskBody(std::string* text) const;
  void maskPairs(std::string_view separators, size_t begin, std::string* text) const;
  void maskJson(std::string* text) const;
  void maskMultipart(std::string* text) const;
  void maskRule(MatchedRule* rule) const;
  void maskCards(std::string* text) const;

  MaskingRules rules_;
};

}  // namespace waf
