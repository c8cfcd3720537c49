// What matches leave behind: entries for the audit log and steps for a trace.
#include <algorithm>

#include "waf/engine/evaluator.h"

namespace waf {
namespace {

// At most kMaxLoggedValue bytes of the value, around the match.
void cutValue(std::string_view text, size_t offset, size_t length, MatchedRule* out) {
  constexpr size_t kBefore = 256;
  size_t start = 0;
  if (offset + length > kMaxLoggedValue && offset > kBefore) {
    start = offset - kBefore;
    // Behind a sign that separates values: the rest of a secret could not be told as one.
    const size_t sign = text.substr(start, kBefore).find_first_of("&;,\"\n");
    if (sign != std::string_view::npos) start += sign + 1;
  }
  const std::string_view shown = text.substr(std::min(start, text.size()), kMaxLoggedValue);
  out->value = shown;
  out->match_offset = std::min(offset - start, shown.size());
  out->match_length = std::min(length, shown.size() - out->match_offset);
}

// A match may hold a whole request body; a log line has an end.
void cutText(std::string* text) {
  if (text->size() > 2 * kMaxLoggedValue) text->resize(2 * kMaxLoggedValue);
}

// As ModSecurity writes msg and logdata: each is one line, whatever the client sent. The exact
// bytes are in the value.
void escapeControlBytes(std::string* text) {
  const auto isControl = [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; };
  if (std::none_of(text->begin(), text->end(), isControl)) return;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : *text) {
    if (isControl(c)) {
      out.append("\\x").append({kHex[static_cast<size_t>(c) >> 4], kHex[c & 15]});
    } else {
      out.push_back(c);
    }
  }
  *text = std::move(out);
}

}  // namespace

void Evaluator::record(const Rule& starter, const Match& match) {
  if (matches_.size() >= kMaxMatches) return;
  if (++rule_records_ > kMaxMatchesPerRule && !starter.in_chain) return;
  if (starter.in_chain) {
    pending_ = match;
    if (match.value != nullptr) {
      pending_value_ = *match.value;  // a link may fill the collection anew (GEO)
      pending_->value = &pending_value_;
    }
  } else {
    matches_.push_back(entryOf(starter, match));
    finishRecord(starter, &matches_.back());
  }
}

void Evaluator::recordChain(const Rule& starter) {
  if (!pending_ || matches_.size() >= kMaxMatches) return;
  matches_.push_back(entryOf(starter, *pending_));
  matches_.back().chain_variables = chain_labels_;
  finishRecord(starter, &matches_.back());
}

MatchedRule Evaluator::entryOf(const Rule& starter, const Match& match) {
  logged_ = true;
  MatchedRule entry;
  entry.id = starter.id;
  entry.phase = starter.phase;
  entry.severity = starter.severity;
  if (match.value != nullptr) {
    entry.variable = labelOf(match);
    cutText(&entry.variable);
    cutValue(match.text, match.offset, match.length, &entry);
  }
  for (uint16_t node = match.form; node != 0; node = program_.forms.parent(node)) {
    entry.transformations.emplace_back(program_.forms.transformation(node)->name);
  }
  std::reverse(entry.transformations.begin(), entry.transformations.end());
  entry.file = starter.position.file;
  entry.line = starter.position.line;
  return entry;
}

// A chain's texts speak of what its last link found: the CRS writes %{TX.0} for a later link's
// capture.
void Evaluator::finishRecord(const Rule& starter, MatchedRule* entry) {
  starter.message.expand(data_, &starter, &entry->message);
  starter.data.expand(data_, &starter, &entry->data);
  for (std::string* text : {&entry->message, &entry->data}) {
    escapeControlBytes(text);
    cutText(text);
  }
  for (const Macro& tag : starter.tags) tag.expand(data_, &starter, &entry->tags.emplace_back());
}

std::vector<MatchedRule> Evaluator::takeMatches() {
  std::vector<MatchedRule> out = std::move(matches_);
  matches_.clear();
  if (sanitised_.empty()) return out;
  for (MatchedRule& entry : out) {
    const bool hidden = sanitised_.hides(entry.variable);
    const bool quotes =
        hidden || sanitised_.touches(entry.value, entry.match_offset, entry.match_length) ||
        std::any_of(entry.chain_variables.begin(), entry.chain_variables.end(),
                    [&](const std::string& label) { return sanitised_.hides(label); });
    if (hidden) entry.value.assign(entry.value.size(), '*');
    if (quotes) entry.data.assign(entry.data.size(), '*');
    for (std::string* text : {&entry.message, &entry.data, &entry.value}) sanitised_.hide(text);
    for (std::string& tag : entry.tags) sanitised_.hide(&tag);
  }
  return out;
}

void Evaluator::traceMatch(const Rule& link, const Match& match) {
  step_.rule_id = link.id;
  step_.phase = link.phase;
  step_.condition = link.condition;
  step_.variable.clear();
  step_.value.clear();
  step_.transformed.clear();
  if (match.value != nullptr) {
    if (match.target->count) step_.variable = "&";
    step_.variable += labelOf(match);
    step_.value = match.value->text;
    std::vector<uint16_t> nodes;
    for (uint16_t node = match.form; node != 0; node = program_.forms.parent(node)) {
      nodes.push_back(node);
    }
    std::for_each(nodes.rbegin(), nodes.rend(), [&](uint16_t node) {
      step_.transformed.emplace_back(
          program_.forms.transformation(node)->name,
          program_.forms.form(*match.value, node, &data_.arena(), &form_scratch_));
    });
  }
  step_.match_offset = match.offset;
  step_.match_length = match.length;
  step_.message.clear();
  link.message.expand(data_, &link, &step_.message);
  step_.file = link.position.file;
  step_.line = link.position.line;
  if (link.in_chain) {
    chain_steps_.push_back(step_);
  } else {
    trace_->step(step_);
  }
  step_.changes.clear();
}

void Evaluator::traceChain(bool complete) {
  if (chain_steps_.empty()) return;
  // What waited for the whole chain.
  for (TraceChange& change : step_.changes)
    chain_steps_.back().changes.push_back(std::move(change));
  step_.changes.clear();
  for (TraceStep& step : chain_steps_) {
    step.complete = complete;
    trace_->step(step);
  }
  chain_steps_.clear();
}

}  // namespace waf
