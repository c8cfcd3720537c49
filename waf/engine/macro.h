#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"
#include "waf/engine/selector.h"

namespace waf {

class TransactionData;
class TxNames;
struct Rule;

// A text with variables in it: "Matched %{TX.0} within %{MATCHED_VAR_NAME}". Compiled at load;
// expanding it appends to a string that the caller reuses. Immutable.
class Macro {
 public:
  Macro() = default;

  // `tx_names` learns the TX names that the text uses. Errors: a variable that does not exist.
  static Result<Macro> compile(std::string_view text, TxNames* tx_names);

  bool empty() const { return parts_.empty(); }
  bool isLiteral() const { return parts_.empty() || (parts_.size() == 1 && !parts_[0].variable); }
  std::string_view literal() const { return parts_.empty() ? std::string_view() : parts_[0].text; }

  // The slot of the TX variable that is the whole text; -1 when it is anything else.
  int soleTxSlot() const {
    return parts_.size() == 1 && parts_[0].variable ? parts_[0].tx_slot : -1;
  }

  // Whether texts and TX variables with a slot are all that it consists of.
  bool hasOnlyTxSlots() const {
    for (const Part& part : parts_) {
      if (part.variable && part.tx_slot < 0) return false;
    }
    return true;
  }
  template <typename Visit>
  void forEachTxSlot(Visit&& visit) const {
    for (const Part& part : parts_) {
      if (part.variable && part.tx_slot >= 0) visit(part.tx_slot);
    }
  }

  // The text with every variable replaced by its first value, or by nothing when it has none.
  void expand(const TransactionData& data, const Rule* rule, std::string* out) const;

  // `isLiteral` texts and TX variables without a copy, others expanded into `scratch`.
  std::string_view get(const TransactionData& data, const Rule* rule, std::string* scratch) const {
    return isLiteral() ? literal() : getVariable(data, rule, scratch);
  }

  static bool hasVariables(std::string_view text);

 private:
  std::string_view getVariable(const TransactionData& data, const Rule* rule,
                               std::string* scratch) const;
  struct Part {
    bool variable = false;
    std::string text;  // of a literal
    VariableId id = VariableId::Tx;
    Selector selector;
    int tx_slot = -1;  // TX of a name
  };
  static Result<Part> compileVariable(std::string_view name, TxNames* tx_names);
  static void expandPart(const Part& part, const TransactionData& data, const Rule* rule,
                         std::string* out);

  std::vector<Part> parts_;
};

}  // namespace waf
