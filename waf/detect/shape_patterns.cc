// The subset construction over what is left of each pattern: a state is the set of the rests of
// which one must be the rest of the shape. "+" and "~" are written out first, as the ways to go on
// that they stand for.
#include "waf/detect/shape_patterns.h"

#include <algorithm>
#include <map>
#include <set>

namespace waf {
namespace {

constexpr std::string_view kWaysOn[] = {"B*",  "c",         ";",       ";c",  "U",
                                        "UE*", "Uc",        "&(*",     "f(*", "o[1nsvf(]*",
                                        "En",  ")[&ocUf]*", "k[ns1(]*"};

using Rests = std::set<std::string_view>;

// A letter, "." or "[ab]" at the start of a pattern.
struct Item {
  std::string_view letters;
  size_t size = 0;  // as it is written, with its "?"
  bool optional = false;

  explicit Item(std::string_view pattern) : letters(pattern.substr(0, 1)), size(1) {
    if (letters == "[") {
      size = pattern.find(']') + 1;
      letters = pattern.substr(1, size - 2);
    }
    optional = size < pattern.size() && pattern[size] == '?';
    if (optional) ++size;
  }
  bool takes(char letter) const {
    return letters == "." || letters.find(letter) != std::string_view::npos;
  }
};

// Adds a rest, and what it is without the items that may be absent.
void addRest(std::string_view rest, Rests* rests) {
  if (rest == "+" || rest == "~") {
    rests->insert(std::begin(kWaysOn), std::end(kWaysOn));
    if (rest == "~") rests->insert(std::string_view());
    return;
  }
  rests->insert(rest);
  if (rest.empty() || rest == "*") return;
  const Item item(rest);
  if (item.optional) addRest(rest.substr(item.size), rests);
}

Rests after(const Rests& rests, char letter) {
  Rests next;
  for (const std::string_view rest : rests) {
    if (rest == "*") return {rest};
    if (rest.empty()) continue;
    const Item item(rest);
    if (item.takes(letter)) addRest(rest.substr(item.size), &next);
  }
  if (next.contains("*")) return {"*"};
  return next;
}

}  // namespace

ShapePatterns::ShapePatterns(const std::vector<std::string_view>& texts) {
  Rests all;
  for (std::string_view text : texts) {
    while (!text.empty()) {
      const size_t end = std::min(text.find(' '), text.size());
      all.insert(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  column_.fill(1);
  std::vector<char> letters{'\0'};  // of the columns from 1 on
  const auto note = [&](std::string_view text) {
    for (const char c : text) {
      if (std::string_view(" []?*+~.").find(c) != std::string_view::npos) continue;
      uint8_t& column = column_[static_cast<unsigned char>(c)];
      if (column != 1) continue;
      letters.push_back(c);
      column = static_cast<uint8_t>(letters.size());
    }
  };
  for (const std::string_view text : texts) note(text);
  for (const std::string_view text : kWaysOn) note(text);

  const size_t columns = letters.size() + 1;
  std::map<Rests, uint32_t> known;
  std::vector<const Rests*> open;
  const auto rowOf = [&](Rests rests) {
    const auto [entry, added] =
        known.emplace(std::move(rests), static_cast<uint32_t>(open.size() * columns));
    if (added) open.push_back(&entry->first);
    return entry->second;
  };
  start_ = rowOf(std::move(all));
  for (size_t i = 0; i < open.size(); ++i) {
    const Rests& rests = *open[i];
    rows_.push_back(rests.contains("") || rests.contains("*") ? 1 : 0);
    for (const char letter : letters) rows_.push_back(rowOf(after(rests, letter)));
  }
}

}  // namespace waf
