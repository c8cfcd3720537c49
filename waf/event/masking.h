#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/event/event.h"
#include "waf/event/secret_matcher.h"

namespace waf {

// Which parts of a request are secrets. Names are compared in any case.
struct MaskingRules {
  bool enabled = true;
  std::vector<std::string> headers = {"authorization", "proxy-authorization", "cookie",
                                      "set-cookie",    "x-api-key",           "x-auth-token",
                                      "x-csrf-token"};
  // Of the query, form, JSON, XML and multipart bodies; a name that ends so counts too
  // ("new_password"), and each part of a path ("user[password][0]", "json.token.value").
  std::vector<std::string> parameters = {"password", "passwd",  "pwd",    "passphrase", "secret",
                                         "token",    "api_key", "apikey", "cvv",        "cvc"};
  bool card_numbers = true;  // 13 to 19 digits with a right check digit (Luhn), wherever they stand
};

// Puts asterisks in the place of secrets before a record is made of an event, so that they reach no
// file: where they were sent, and wherever rules quote them (msg, logdata, tags, the value that
// matched, the event's detail). Lengths stay, and with them the place of a match; the scheme of an
// Authorization and the names of cookies stay too. Takes time linear in the size of the event.
// Immutable; any thread.
class Masking {
 public:
  explicit Masking(MaskingRules rules = {});
  // `secrets`: values that the request is known to have sent under a secret name, decoded
  // (Transaction::secrets).
  void apply(AuditEvent* event, const std::vector<std::string>& secrets = {}) const;

  bool enabled() const { return rules_.enabled; }
  bool isSecretHeader(std::string_view name) const;
  bool isSecretParameter(std::string_view name) const;
  // "ARGS:password", "REQUEST_COOKIES:sid": a variable of a rule whose value is a secret.
  bool isSecretVariable(std::string_view label) const;

 private:
  void maskHeaders(std::vector<std::pair<std::string, std::string>>* headers,
                   SecretMatcher* found) const;
  void maskHeaderValue(std::string_view name, std::string* value, SecretMatcher* found) const;
  void maskBody(std::string* text, SecretMatcher* found) const;
  void maskPairs(std::string_view separators, size_t begin, std::string* text,
                 SecretMatcher* found) const;
  void maskJson(std::string* text, SecretMatcher* found) const;
  void maskXml(std::string* text, SecretMatcher* found) const;
  void maskMultipart(std::string* text, SecretMatcher* found) const;
  void maskValue(MatchedRule* rule, SecretMatcher* found) const;
  // `matched`: the value as it was before.
  void maskRule(std::string_view matched, MatchedRule* rule, SecretMatcher* found) const;
  void maskCards(std::string* text) const;

  MaskingRules rules_;
};

}  // namespace waf
