// ModSecurity reference manual, sanitiseArg, sanitiseMatched, sanitiseMatchedBytes,
// sanitiseRequestHeader and sanitiseResponseHeader: asterisks in the audit log.
#include "waf/engine/sanitised.h"

#include <algorithm>

#include "waf/base/text.h"
#include "waf/event/masking_text.h"

namespace waf {
namespace {

using Kind = Sanitise::Kind;

// A secret of fewer bytes is hidden where it stands alone.
constexpr size_t kAnywhere = 4;
constexpr size_t kMaxPairs = 10000;

Kind kindOf(VariableId collection) {
  switch (collection) {
    case VariableId::RequestHeaders:
    case VariableId::RequestHeadersNames:
      return Kind::RequestHeader;
    case VariableId::ResponseHeaders:
    case VariableId::ResponseHeadersNames:
      return Kind::ResponseHeader;
    case VariableId::RequestCookies:
    case VariableId::RequestCookiesNames:
      return Kind::Cookie;
    case VariableId::Args:
    case VariableId::ArgsGet:
    case VariableId::ArgsPost:
    case VariableId::ArgsNames:
    case VariableId::ArgsGetNames:
    case VariableId::ArgsPostNames:
      return Kind::Argument;
    default:
      return Kind::Matched;  // no name that could be hidden
  }
}

// "ARGS:id" → its collection and name.
bool readLabel(std::string_view label, VariableId* collection, std::string_view* name) {
  const size_t colon = label.find(':');
  if (colon == std::string_view::npos) return false;
  *name = label.substr(colon + 1);
  return findVariable(label.substr(0, colon), collection);
}

}  // namespace

void Sanitised::addName(Kind kind, std::string_view name) {
  Name added{kind, toLower(name)};
  if (std::find(names_.begin(), names_.end(), added) != names_.end()) return;
  if (names_.size() >= kMaxEntries) {
    everything_ = true;
    return;
  }
  names_.push_back(std::move(added));
  collected_ = false;
}

void Sanitised::addBytes(std::string_view bytes) {
  if (bytes.empty() || std::find(bytes_.begin(), bytes_.end(), bytes) != bytes_.end()) return;
  if (bytes_.size() >= kMaxEntries) {
    everything_ = true;
    return;
  }
  bytes_.emplace_back(bytes);
  if (!by_bytes_) by_bytes_.emplace(true);
  by_bytes_->add(bytes, 1, 0);
}

void Sanitised::add(const Sanitise& action, std::string_view label, std::string_view value,
                    std::string_view matched) {
  if (action.kind == Kind::MatchedBytes) {
    const size_t shown = action.shown_first + action.shown_last;
    if (matched.size() > shown) {
      addBytes(matched.substr(action.shown_first, matched.size() - shown));
    }
    return;
  }
  if (action.kind != Kind::Matched) return addName(action.kind, action.name);
  VariableId collection = VariableId::Args;
  std::string_view name;
  if (readLabel(label, &collection, &name) && kindOf(collection) != Kind::Matched) {
    return addName(kindOf(collection), name);
  }
  addBytes(value);
}

bool Sanitised::hides(VariableId collection, std::string_view name) const {
  if (everything_) return true;
  const Kind kind = kindOf(collection);
  const auto has = [&](Kind wanted, std::string_view text) {
    return std::any_of(names_.begin(), names_.end(), [&](const Name& known) {
      return known.kind == wanted && equalsIgnoreCase(known.name, text);
    });
  };
  return has(kind, name) || (kind == Kind::Cookie && has(Kind::RequestHeader, "cookie"));
}

bool Sanitised::hides(std::string_view label) const {
  VariableId collection = VariableId::Args;
  std::string_view name;
  return everything_ || (readLabel(label, &collection, &name) && hides(collection, name));
}

void Sanitised::collect() {
  if (collected_) return;
  collected_ = true;
  by_name_.emplace();
  for (const VariableId id :
       {VariableId::ArgsGet, VariableId::ArgsPost, VariableId::Args, VariableId::RequestHeaders,
        VariableId::ResponseHeaders, VariableId::RequestCookies}) {
    for (const Value& value : data_.collection(id)) {
      if (!hides(id, value.name)) continue;
      by_name_->add(value.text, 1, kAnywhere);
      // "Basic …": the credentials alone, too.
      const size_t blank = value.text.find(' ');
      const bool headers = id == VariableId::RequestHeaders || id == VariableId::ResponseHeaders;
      if (headers && blank != std::string_view::npos) {
        by_name_->add(value.text.substr(blank + 1), kAnywhere, kAnywhere);
      }
    }
  }
  // The same arguments as they were sent: rules also see the target and the body as such.
  const char separator = data_.program().settings.argument_separator;
  const std::string_view uri = data_.get(VariableId::RequestUriRaw);
  std::string scratch;
  if (const size_t question = uri.find('?'); question != std::string_view::npos) {
    scratch = uri.substr(question + 1);
    hideInQuery(uri.substr(question + 1), separator, &scratch);
  }
  if (data_.get(VariableId::ReqbodyProcessor) == "URLENCODED") {
    const std::string_view body = data_.get(VariableId::RequestBody);
    scratch = body;
    hideInQuery(body, separator, &scratch);
  }
}

void Sanitised::hide(std::string* text) {
  if (everything_) return hideAll(text);
  collect();
  by_name_->hide(text);
  if (by_bytes_) by_bytes_->hide(text);
}

void Sanitised::hideBytes(std::string* text) {
  if (everything_) return hideAll(text);
  if (by_bytes_) by_bytes_->hide(text);
}

bool Sanitised::touches(std::string_view text, size_t offset, size_t length) {
  if (everything_) return true;
  collect();
  return by_name_->touches(text, offset, length);
}

void Sanitised::hideInQuery(std::string_view query, char separator, std::string* shown) {
  collect();
  const size_t begin = shown->size() - std::min(shown->size(), query.size());
  size_t pairs = 0;
  for (size_t start = 0; start < query.size();) {
    if (++pairs > kMaxPairs) {  // no argument any more: hidden unread
      const size_t from = std::min(begin + start, shown->size());
      shown->replace(from, std::string::npos, shown->size() - from, '*');
      return;
    }
    const size_t end = std::min(query.find(separator, start), query.size());
    const std::string_view pair = query.substr(start, end - start);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos &&
        hides(VariableId::Args, percentDecoded(pair.substr(0, equals), true))) {
      by_name_->add(pair.substr(equals + 1), 1, kAnywhere);
      const size_t from = begin + start + equals + 1;
      const size_t to = std::min(begin + end, shown->size());
      if (from < to) shown->replace(from, to - from, to - from, '*');
    }
    start = end + 1;
  }
}

void Sanitised::hideInBody(bool form, char separator, std::string* excerpt) {
  if (everything_) return hideAll(excerpt);
  collect();
  if (form) {
    const std::string sent = *excerpt;
    hideInQuery(sent, separator, excerpt);
  } else {
    for (const VariableId id : {VariableId::ArgsPost, VariableId::Args}) {
      for (const Value& argument : data_.collection(id)) {
        if (argument.text.empty() || !hides(VariableId::Args, argument.name)) continue;
        // The bytes as sent may be encoded another way; what cannot be found is hidden with all
        // the rest.
        if (excerpt->find(argument.text) == std::string::npos) return hideAll(excerpt);
      }
    }
    by_name_->hide(excerpt, true);
  }
  if (by_bytes_) by_bytes_->hide(excerpt);
}

}  // namespace waf
