// SecRuleRemove…, SecRuleUpdate…: recorded here, applied when the whole set has been read.
#include "waf/base/text.h"
#include "waf/seclang/actions.h"
#include "waf/seclang/parser.h"
#include "waf/seclang/targets.h"

namespace waf {

bool Parser::parseIds(const Words& words, size_t first, size_t last, RuleSelector* out) {
  for (size_t i = first; i < last; ++i) {
    std::string_view rest = words[i];
    while (!rest.empty()) {
      const size_t end = std::min(rest.find_first_of(", \t"), rest.size());
      const std::string_view item = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (item.empty()) continue;
      std::pair<int64_t, int64_t> range;
      if (!parseIdRange(item, &range)) {
        error("\"" + std::string(item) + "\" is not a rule id or a range of them");
        return false;
      }
      out->ids.push_back(range);
    }
  }
  return true;
}

void Parser::removeById(const Words& words) {
  RemovalAst removal{position_, document_->elements.size(), {}};
  if (parseIds(words, 1, words.size(), &removal.rules)) document_->removals.push_back(removal);
}

void Parser::removeByTag(const Words& words) {
  document_->removals.push_back(
      {position_, document_->elements.size(), {RuleSelector::Kind::Tag, {}, words[1]}});
}

void Parser::removeByMessage(const Words& words) {
  document_->removals.push_back(
      {position_, document_->elements.size(), {RuleSelector::Kind::Message, {}, words[1]}});
}

void Parser::updateTargetById(const Words& words) {
  RuleSelector selector;
  if (parseIds(words, 1, 2, &selector)) updateTarget(std::move(selector), words);
}

void Parser::updateTargetByTag(const Words& words) {
  updateTarget({RuleSelector::Kind::Tag, {}, words[1]}, words);
}

void Parser::updateTargetByMessage(const Words& words) {
  updateTarget({RuleSelector::Kind::Message, {}, words[1]}, words);
}

void Parser::updateTarget(RuleSelector selector, const Words& words) {
  auto targets = parseTargets(words[2]);
  if (!targets) return error(targets.error().message);
  TargetUpdateAst update{
      position_, document_->elements.size(), std::move(selector), std::move(*targets), {}};
  if (words.size() > 3) {  // the target that the new one replaces
    auto replaced = parseTargets(words[3]);
    if (!replaced) return error(replaced.error().message);
    update.replaced = std::move(*replaced);
  }
  document_->target_updates.push_back(std::move(update));
}

void Parser::updateActionById(const Words& words) {
  std::pair<int64_t, int64_t> range;
  std::string id = words[1];
  const size_t colon = id.find(':');  // "id:offset" names a link of a chain
  uint64_t link = 0;
  if (colon != std::string::npos) {
    if (!parseUint64(std::string_view(id).substr(colon + 1), &link)) {
      return error("\"" + words[1] + "\" is not id:offset");
    }
    id.resize(colon);
  }
  if (!parseIdRange(id, &range) || range.first != range.second) {
    return error("\"" + words[1] + "\" is not a rule id");
  }
  auto actions = parseActions(words[2]);
  if (!actions) return error(actions.error().message);
  for (const ActionAst& action : *actions) {
    if (action.name == "id" || action.name == "phase") {
      return error(action.name + " cannot be changed");
    }
  }
  // The manual asks for `chain` where the rule is one; a chain stays one either way.
  std::erase_if(*actions, [](const ActionAst& action) { return action.name == "chain"; });
  document_->action_updates.push_back(
      {position_, document_->elements.size(), range.first, link, std::move(*actions)});
}

}  // namespace waf
