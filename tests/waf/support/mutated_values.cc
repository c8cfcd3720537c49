#include "tests/waf/support/mutated_values.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <random>
#include <string_view>

namespace waf::test {
namespace {

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  size_t pick(size_t count) { return random_() % count; }

  std::string lightly(std::string value) {
    constexpr const char* kBlanks[] = {"/**/", "\t", "  ", "\n", "/*x*/"};
    constexpr const char* kPieces[] = {"'", "\"", "--", "#", ";", " or ", "(", ")", "1", "@v", "`"};
    std::string blanked;
    switch (pick(4)) {
      case 0:
        for (char& c : value) c = pick(2) == 0 ? static_cast<char>(std::toupper(c)) : c;
        return value;
      case 1:
        for (const char c : value) {
          if (c == ' ') {
            blanked += kBlanks[pick(std::size(kBlanks))];
          } else {
            blanked.push_back(c);
          }
        }
        return blanked;
      case 2:
        return value.insert(pick(value.size() + 1), kPieces[pick(std::size(kPieces))]);
      default:
        return value.substr(pick(value.size() + 1) / 2);
    }
  }

  std::string heavily(std::string value) {
    for (size_t change = 1 + pick(3); change > 0; --change) changeOnce(&value);
    return value;
  }

 private:
  void changeOnce(std::string* value) {
    constexpr const char* kPieces[] = {
        "'",   "\"",    "--",      "#",  ";",  " or ", "(",  ")",      "1",     "@v",
        "`",   " and ", " union ", "=",  "/*", "*/",   "\\", "{",      "}",     ",",
        ".",   "<",     ">",       "||", "&&", "%",    "+",  "null",   "\x0b",  "-- -",
        "/*!", "0x1",   "1e1",     "$$", "[",  "]",    "N'", " case ", " in (", " sleep(1)"};
    constexpr std::string_view kBytes = "'\"()-#;/* @,.=<>\\`1a";
    const size_t at = pick(value->size() + 1);
    switch (pick(4)) {
      case 0:
        value->insert(at, kPieces[pick(std::size(kPieces))]);
        break;
      case 1:
        value->erase(std::min(at, value->size()), 1 + pick(3));
        break;
      case 2:
        if (at < value->size()) (*value)[at] = kBytes[pick(kBytes.size())];
        break;
      default:
        value->append(value->substr(at, pick(12)));
    }
  }

  std::mt19937 random_;
};

}  // namespace

std::set<std::string> mutatedValues(const std::vector<std::string>& flagged,
                                    const std::vector<std::string>& clean, Mutation mutation,
                                    uint32_t seed, size_t count) {
  std::set<std::string> out;
  if (flagged.empty() || clean.empty()) return out;
  Mutator mutator(seed);
  for (size_t i = 0; i < count; ++i) {
    const auto& source = i % 2 == 0 ? flagged : clean;
    const std::string& value = source[mutator.pick(source.size())];
    out.insert(mutation == Mutation::Light ? mutator.lightly(value) : mutator.heavily(value));
  }
  return out;
}

}  // namespace waf::test
