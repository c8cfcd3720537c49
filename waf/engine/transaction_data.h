#pragma once

#include <array>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "waf/base/clock.h"
#include "waf/body/xml_document.h"
#include "waf/engine/persistent_collections.h"
#include "waf/engine/program.h"
#include "waf/engine/value.h"

namespace waf {

// A value together with the target that chose it; the target names it ("ARGS:id" also when it came
// from ARGS_GET).
struct FoundValue {
  const Value* value;
  const Target* target;
};

// The variables of one transaction: what the request, the response and the rules put there, and how
// targets and macros find them. Owned by a transaction, used by its thread. Its values stay valid
// as long as it lives.
class TransactionData {
 public:
  using Values = std::pmr::vector<Value>;

  TransactionData(const Program& program, const Clock& clock);
  TransactionData(const TransactionData&) = delete;
  TransactionData& operator=(const TransactionData&) = delete;

  // Filling. All bytes are copied.
  void set(VariableId id, std::string_view text);
  // The same without a copy: the bytes outlive this object and do not change.
  void setView(VariableId id, std::string_view text);
  void setNumber(VariableId id, uint64_t number);
  void add(VariableId id, std::string_view name, std::string_view text);
  // A value, and its name as a value of another collection: ARGS_GET and ARGS_GET_NAMES.
  void addNamed(VariableId values, VariableId names, std::string_view name, std::string_view text);
  void clear(VariableId id) {
    if (Values* values = collections_[index(id)]) values->clear();
  }
  // `source` is what it was parsed from; the bytes outlive this object and do not change.
  void setXml(XmlDocument document, std::string_view source) {
    xml_.emplace(std::move(document));
    xml_source_ = source;
  }

  // A limit left out something of what a rule selected in the XML.
  bool xmlCut() const { return xml_cut_; }

  std::string_view get(VariableId id) const { return scalar(id).text; }
  const Value* scalarIfSet(VariableId id) const {
    return scalar_set_[index(id)] ? &scalar(id) : nullptr;
  }
  bool hasXml() const { return xml_.has_value(); }
  const Values& collection(VariableId id) const {
    const Values* values = collections_[index(id)];
    return values != nullptr ? *values : kNoValues;
  }
  // The collections that a variable consists of, so that they share what is known of a value. ARGS
  // is ARGS_GET, ARGS_POST, and what is in ARGS alone: the leaves of JSON and XML. Any other is
  // itself; `id` must outlive the result.
  static std::span<const VariableId> partsOf(const VariableId& id);
  // The first value of that name, ignoring case; null when there is none.
  const Value* find(VariableId id, std::string_view name) const;

  // TX.
  void setTx(int slot, std::string_view text) { setTxView(slot, arena_.copy(text)); }
  void setTxView(int slot, std::string_view text);
  void unsetTx(int slot);
  bool isTx(int slot, bool is_set, std::string_view text) const {
    const Value* value = tx_[static_cast<size_t>(slot)];
    if (value == nullptr || !is_set) return value == nullptr && !is_set;
    const bool same = value->text.data() == text.data() && value->text.size() == text.size();
    return same || value->text == text;
  }
  // Many at once; their bytes outlive this object.
  void setTxValues(std::span<const SteadyPath::Write> writes);
  std::string_view tx(int slot) const;
  bool hasTx(int slot) const { return tx_[static_cast<size_t>(slot)] != nullptr; }
  const Value* txValue(int slot) const { return tx_[static_cast<size_t>(slot)]; }
  // The slot of a name that is only known now; one is made when the rule set does not mention it.
  int txSlot(std::string_view name);
  std::string_view txName(int slot) const;
  std::string_view txByName(std::string_view name) const;

  // ENV, IP, GLOBAL, …: by collection and name.
  void assign(VariableId collection, std::string_view name, std::string_view text);
  // Adds to a stored number in one step; gives the new value.
  std::string_view addAssigned(VariableId collection, std::string_view name, int64_t delta);
  void unassign(VariableId collection, std::string_view name);
  void expire(VariableId collection, std::string_view name, std::chrono::seconds after);
  // Reduces a stored number as time goes by (deprecatevar); gives the new value when it changed.
  std::optional<std::string> deprecate(VariableId collection, std::string_view name, int64_t amount,
                                       std::chrono::seconds period);
  void startCollection(VariableId collection, std::string_view key);
  std::string_view assigned(VariableId collection, std::string_view name) const;

  // MATCHED_VAR and its like. `name` and `text` live as long as this object.
  void startMatchedValues() { matched_.clear(); }
  void addMatchedValue(const Target& target, std::string_view name, std::string_view text) {
    last_matched_ = {&target, name, text};
    matched_.push_back(last_matched_);
    last_matched_shown_ = false;
  }
  void addMatchedCount(const Target& target, uint64_t count) {
    addMatchedValue(target, target.selector.written, digitsOf(count));
  }
  // Appends the full name of a value that a target chose ("ARGS:id").
  static void appendLabel(const Target& target, std::string_view name, std::string* out);
  void noteSeverity(int level);

  // Appends the values that `target` chooses, its exclusions applied.
  void collect(const Target& target, const Rule& rule, std::pmr::vector<FoundValue>* out) const;
  // How many values `target` has; what leaves single members out does not change it, as in
  // ModSecurity (2 and 3).
  uint64_t count(const Target& target, const Rule& rule) const;
  // The first value that a macro's reference finds; empty when there is none.
  std::string_view first(VariableId id, const Selector& selector, const Rule* rule) const;

  Arena& arena() const { return arena_; }
  const Program& program() const { return program_; }
  const Clock& clock() const { return clock_; }

 private:
  static const Values kNoValues;
  static constexpr size_t kFirstValues = 8;

  static constexpr size_t index(VariableId id) { return static_cast<size_t>(id); }
  const Value& scalar(VariableId id) const { return scalars_[index(id)]; }
  void append(VariableId id, const Value& value);
  template <typename F>
  void forEach(VariableId id, const Selector& selector, const Rule* rule, F&& visit) const;
  template <typename F>
  void forEachTx(const Selector& selector, F&& visit) const;
  template <typename F>
  void forEachAssigned(VariableId id, const Selector& selector, F&& visit) const;
  template <typename F>
  void forEachMatched(VariableId id, const Selector& selector, F&& visit) const;
  template <typename F>
  void forEachRuleField(const Rule& rule, const Selector& selector, F&& visit) const;
  int findDynamic(uint32_t hash, std::string_view name) const;
  int addDynamic(uint32_t hash, std::string_view name);
  std::string_view digitsOf(uint64_t number) const;
  void showLastMatched() const;
  Value* newValue(VariableId id, std::string_view name, std::string_view text) const;
  const std::vector<Value*>& xmlValues(std::string_view xpath, const Rule* rule) const;
  std::string_view computed(VariableId id) const;
  std::string_view fullRequest() const;
  std::optional<std::string> ruleField(const Rule& rule, std::string_view name) const;

  struct AssignedVariables {
    std::vector<Value*> values;
    std::string key;       // of the stored collection, "" when none was started
    uint64_t version = 0;  // of the values
    bool started = false;
    bool is_new = false;  // IS_NEW: nothing was stored under the key before
  };
  AssignedVariables& assignedOf(VariableId id) const;
  void refresh(VariableId id) const;
  // KEY, IS_NEW, CREATE_TIME, … of a collection that was started.
  std::optional<std::string> property(VariableId collection, std::string_view name) const;

  const Program& program_;
  const Clock& clock_;
  MonotonicTime start_;
  mutable Arena arena_;
  mutable std::array<Value, kVariableCount> scalars_{};
  mutable std::array<bool, kVariableCount> scalar_set_{};
  std::array<Values*, kVariableCount> collections_{};  // in the arena, null while empty

  std::pmr::vector<Value*> tx_;     // by slot, null when not set
  std::pmr::vector<int> tx_order_;  // slots in the order of their first assignment
  std::pmr::vector<bool> tx_listed_;
  size_t first_dynamic_ = 0;  // among tx_order_, of the names below; before it there is none
  // TX names that the rule set does not mention. A few are looked through; when there are more,
  // their slots are found by a hash that a client cannot foresee.
  static constexpr size_t kFewNames = 16;
  struct DynamicName {
    std::string_view name;
    uint32_t hash = 0;
  };
  std::pmr::vector<DynamicName> dynamic_names_;
  std::pmr::unordered_multimap<uint64_t, int> dynamic_slots_;  // by seededNameHash

  // Most matches are of rules that nobody asks about what matched: values are made for those who
  // do.
  struct Matched {
    const Target* target = nullptr;
    std::string_view name;
    std::string_view text;
  };
  std::pmr::vector<Matched> matched_;
  Matched last_matched_;
  mutable bool last_matched_shown_ = true;
  int highest_severity_ = 255;
  mutable std::optional<XmlDocument> xml_;
  std::string_view xml_source_;
  mutable bool xml_cut_ = false;
  mutable std::unordered_map<std::string, std::vector<Value*>> xml_values_;
  mutable std::unordered_map<VariableId, AssignedVariables> assigned_;
};

}  // namespace waf
