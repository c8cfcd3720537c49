#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "waf/engine/rule.h"
#include "waf/engine/transaction_data.h"
#include "waf/event/secret_matcher.h"

namespace waf {

// What sanitiseArg and its like hide of one transaction, in whatever an event shows of it: the
// request target, headers, the body's excerpt, and what rules wrote. Owned by the transaction's
// evaluator, used by its thread. Bounded: past the bound everything is hidden.
class Sanitised {
 public:
  explicit Sanitised(const TransactionData& data) : data_(data) {}

  // An action that ran. `label` is the full name of what matched ("ARGS:id", "" for SecAction),
  // `value` its bytes, `matched` the part of it that the operator found.
  void add(const Sanitise& action, std::string_view label, std::string_view value,
           std::string_view matched);

  bool empty() const { return names_.empty() && bytes_.empty() && !everything_; }
  bool hides(std::string_view label) const;
  bool hides(VariableId collection, std::string_view name) const;

  // Of texts that rules wrote, and of header values: every secret, wherever it stands.
  void hide(std::string* text);
  // Whether hide() touches the span because of a name (sanitiseMatchedBytes has spans of its own).
  bool touches(std::string_view text, size_t offset, size_t length);
  // What sanitiseMatchedBytes found.
  void hideBytes(std::string* text);
  // Arguments by their place.
  void hideInQuery(std::string_view query, char separator, std::string* shown);
  void hideInBody(bool form, char separator, std::string* excerpt);

  static constexpr size_t kMaxEntries = 256;

 private:
  struct Name {
    Sanitise::Kind kind;
    std::string name;
    bool operator==(const Name&) const = default;
  };
  void addName(Sanitise::Kind kind, std::string_view name);
  void addBytes(std::string_view bytes);
  void collect();
  void hideAll(std::string* text) const { text->assign(text->size(), '*'); }

  const TransactionData& data_;
  std::vector<Name> names_;
  std::vector<std::string> bytes_;
  bool everything_ = false;
  bool collected_ = false;
  // Made when there is something to hide: most transactions hide nothing.
  std::optional<SecretMatcher> by_name_;
  std::optional<SecretMatcher> by_bytes_;
};

}  // namespace waf
