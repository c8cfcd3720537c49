// What the non-disruptive actions of a rule do when it matches.
#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "waf/base/text.h"
#include "waf/engine/evaluator.h"

namespace waf {
namespace {

int64_t toNumber(std::string_view text) {
  text = trim(text);
  int64_t number = 0;
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "60/300": by how much, in how many seconds.
std::pair<int64_t, std::chrono::seconds> readDeprecation(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  return {toNumber(text.substr(0, slash)), std::chrono::seconds(toNumber(text.substr(slash + 1)))};
}

}  // namespace

// Assignments happen at each match, also of a chain that does not complete, as in ModSecurity.
// Control actions of a chain wait for the whole chain: an exclusion must not take effect because
// its first half matched.
void Evaluator::runActions(const Rule& link, const Match& match, bool chain_complete) {
  for (const RuleAction& action : link.actions) {
    const bool waits = link.in_chain && std::holds_alternative<Control>(action);
    if (waits != chain_complete) continue;
    if (const auto* assignment = std::get_if<Assignment>(&action)) {
      assign(link, *assignment);
    } else if (const auto* start = std::get_if<CollectionStart>(&action)) {
      data_.startCollection(start->collection, start->key.get(data_, &link, &value_scratch_));
    } else if (const auto* setting = std::get_if<Control>(&action)) {
      control(*setting);
    } else {
      const bool valued = match.value != nullptr;
      sanitised_.add(std::get<Sanitise>(action), valued ? labelOf(match) : std::string_view(),
                     match.text, match.text.substr(match.offset, match.length));
    }
  }
}

void Evaluator::assign(const Rule& link, const Assignment& assignment) {
  std::string_view name = assignment.name.get(data_, &link, &name_scratch_);
  const bool is_tx = assignment.collection == VariableId::Tx;
  int slot = assignment.tx_slot;
  if (is_tx && slot < 0) slot = data_.txSlot(name);
  const std::string_view value = assignment.value.get(data_, &link, &value_scratch_);
  switch (assignment.kind) {
    case Assignment::Kind::Set:
      if (is_tx) {
        // The bytes of a literal are the rule set's and outlive the transaction.
        if (assignment.value.isLiteral()) {
          data_.setTxView(slot, value);
        } else {
          data_.setTx(slot, value);
        }
      } else {
        data_.assign(assignment.collection, name, value);
      }
      if (trace_ != nullptr) noteAssignment(assignment.collection, name, value);
      return;
    case Assignment::Kind::Add:
    case Assignment::Kind::Subtract:
      assignNumber(assignment, slot, name, value);
      return;
    case Assignment::Kind::Remove:
      if (is_tx) {
        data_.unsetTx(slot);
      } else {
        data_.unassign(assignment.collection, name);
      }
      noteAssignment(assignment.collection, name, {});
      return;
    case Assignment::Kind::Expire:
      // TX does not outlive the transaction, so nothing in it expires.
      if (!is_tx) {
        data_.expire(assignment.collection, name, std::chrono::seconds(toNumber(value)));
      }
      return;
    case Assignment::Kind::Deprecate: {
      const auto [amount, period] = readDeprecation(value);
      if (is_tx || period.count() <= 0) return;
      const auto text = data_.deprecate(assignment.collection, name, amount, period);
      if (text) noteAssignment(assignment.collection, name, *text);
      return;
    }
  }
}

void Evaluator::assignNumber(const Assignment& assignment, int slot, std::string_view name,
                             std::string_view operand) {
  const auto step = static_cast<uint64_t>(toNumber(operand));
  const uint64_t delta = assignment.kind == Assignment::Kind::Add ? step : 0 - step;
  std::string change;
  if (trace_ != nullptr) {
    const auto signed_delta = static_cast<int64_t>(delta);
    change = (signed_delta < 0 ? "" : "+") + std::to_string(signed_delta);
  }
  if (slot < 0) {
    const std::string_view text =
        data_.addAssigned(assignment.collection, name, static_cast<int64_t>(delta));
    noteAssignment(assignment.collection, name, text, std::move(change));
    return;
  }
  const auto sum = static_cast<int64_t>(static_cast<uint64_t>(toNumber(data_.tx(slot))) + delta);
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), sum).ptr;
  const std::string_view text(digits, static_cast<size_t>(end - digits));
  data_.setTx(slot, text);
  noteAssignment(assignment.collection, name, text, std::move(change));
}

void Evaluator::noteAssignment(VariableId collection, std::string_view name, std::string_view text,
                               std::string change) {
  if (trace_ == nullptr) return;
  std::string full = toLower(variableName(collection));
  full.append(".").append(name);
  step_.changes.push_back({std::move(full), std::string(text), std::move(change)});
}

void Evaluator::control(const Control& control) {
  if (trace_ != nullptr) {
    const size_t equals = control.text.find('=');
    step_.changes.push_back(
        {"ctl:" + control.text.substr(0, equals), control.text.substr(equals + 1), {}});
  }
  switch (control.kind) {
    case Control::Kind::RuleEngine:
      settings_.engine = control.mode;
      return;
    case Control::Kind::RequestBodyAccess:
      settings_.request_body = control.on;
      return;
    case Control::Kind::ResponseBodyAccess:
      settings_.response_body = control.on;
      return;
    case Control::Kind::RequestBodyLimit:
      settings_.request_body_limit = control.limit;
      return;
    case Control::Kind::ResponseBodyLimit:
      settings_.response_body_limit = control.limit;
      return;
    case Control::Kind::BodyProcessor:
      settings_.body_processor = control.processor;
      data_.set(VariableId::ReqbodyProcessor, control.processor);
      return;
    case Control::Kind::RemoveRules:
      if (removed_.empty()) removed_.assign(program_.bitWords(), 0);
      for (size_t i = 0; i < removed_.size(); ++i) removed_[i] |= control.rules[i];
      leaveSteadyPath(control.rules);
      return;
    case Control::Kind::RemoveTargets:
      // A rule that matches several values asks several times.
      if (std::none_of(
              target_removals_.begin(), target_removals_.end(),
              [&](const TargetRemoval& removal) { return removal.target == &control.target; })) {
        target_removals_.push_back({&control.rules, &control.target});
        leaveSteadyPath(control.rules);
      }
      return;
    case Control::Kind::ForceRequestBodyVariable:
      settings_.force_request_body = control.on;
      return;
    case Control::Kind::AuditEngine:
      settings_.audit = control.audit;
      return;
    case Control::Kind::AuditParts:
      settings_.shows_headers = control.parts.headers.value_or(settings_.shows_headers);
      settings_.shows_body = control.parts.body.value_or(settings_.shows_body);
      return;
    case Control::Kind::XmlArguments:
      settings_.xml_arguments = control.xml_arguments;
      return;
    case Control::Kind::NoEffect:
      return;
  }
}

}  // namespace waf
