#include "db/filter/filter_reader.h"

#include <algorithm>

#include "waf/base/text.h"

namespace db {
namespace {

constexpr size_t kMaxFilter = 4096;
constexpr size_t kMaxTerms = 64;
constexpr size_t kMaxValues = 256;

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool isLetter(char c) { return waf::asciiLower(c) >= 'a' && waf::asciiLower(c) <= 'z'; }

class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  waf::Result<std::vector<RawTerm>> read() {
    std::vector<RawTerm> out;
    while (skipSpace()) {
      if (out.size() == kMaxTerms) {
        return filterError(at_ + 1, "more than " + std::to_string(kMaxTerms) +
                                        " terms; join values of one field with commas");
      }
      waf::Result<RawTerm> term = readTerm();
      if (!term) return waf::fail(term.error());
      out.push_back(std::move(*term));
    }
    return out;
  }

 private:
  bool skipSpace() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    return at_ < text_.size();
  }
  bool ended() const { return at_ == text_.size() || isSpace(text_[at_]); }

  waf::Result<RawTerm> readTerm() {
    RawTerm term;
    term.position = at_ + 1;
    if (text_[at_] == '-' && at_ + 1 < text_.size() && !isSpace(text_[at_ + 1])) {
      term.negated = true;
      ++at_;
    }
    size_t colon = at_;
    while (colon < text_.size() && (isLetter(text_[colon]) || text_[colon] == '_')) ++colon;
    if (colon > at_ && colon < text_.size() && text_[colon] == ':') {
      term.field = waf::toLower(text_.substr(at_, colon - at_));
      at_ = colon + 1;
    }
    do {
      waf::Result<RawValue> value = readValue(!term.field.empty());
      if (!value) return waf::fail(value.error());
      term.values.push_back(std::move(*value));
      if (term.values.size() > kMaxValues) {
        return filterError(term.position, "more than " + std::to_string(kMaxValues) + " values");
      }
    } while (!ended() && !term.field.empty() && text_[at_] == ',' && ++at_ <= text_.size());
    if (!ended())
      return filterError(at_ + 1, "put a blank between a closing quote and what follows");
    return term;
  }

  waf::Result<RawValue> readValue(bool of_field) {
    RawValue value;
    value.position = at_ + 1;
    if (at_ < text_.size() && text_[at_] == '"') return readQuoted(std::move(value));
    while (!ended() && !(of_field && text_[at_] == ',')) value.text += text_[at_++];
    if (value.text.empty()) {
      return filterError(value.position, "a value is missing; write one, or remove the term");
    }
    return value;
  }

  waf::Result<RawValue> readQuoted(RawValue value) {
    value.quoted = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      const bool escape = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                          (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
      if (escape) ++at_;
      value.text += text_[at_];
    }
    if (at_ == text_.size()) {
      return filterError(value.position, "the quote is not closed; end it with \"");
    }
    ++at_;
    if (value.text.empty()) return filterError(value.position, "nothing stands between the quotes");
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

waf::Unexpected filterError(size_t position, const std::string& why) {
  return waf::fail(waf::ErrorCode::Invalid, "filter",
                   "at " + std::to_string(position) + ": " + why);
}

waf::Result<std::vector<RawTerm>> readFilter(std::string_view text) {
  if (text.size() > kMaxFilter) {
    return filterError(kMaxFilter + 1,
                       "longer than " + std::to_string(kMaxFilter) + " bytes; use fewer terms");
  }
  return FilterReader(text).read();
}

}  // namespace db
