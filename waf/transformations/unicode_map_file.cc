#include "waf/transformations/unicode_map_file.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "waf/base/text.h"

namespace waf {
namespace {

thread_local const UnicodeMap* map_in_use = nullptr;

bool parseHex(std::string_view text, size_t least, size_t most, unsigned* out) {
  if (text.size() < least || text.size() > most) return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), *out, 16);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

std::string_view nextLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const std::string_view line = trim(text->substr(0, end));
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

Unexpected invalid(const std::string& message) {
  return fail(ErrorCode::Invalid, "unicode", message);
}

}  // namespace

Result<UnicodeMap> UnicodeMap::parse(std::string_view text, uint64_t code_page) {
  while (!text.empty()) {
    const std::string_view line = nextLine(&text);
    uint64_t number = 0;
    if (!parseUint64(line.substr(0, line.find_first_of(" \t(")), &number) || number != code_page) {
      continue;
    }
    UnicodeMap map;
    map.bytes_.assign(0x10000, -1);
    for (std::string_view pairs = nextLine(&text); !pairs.empty(); pairs = nextLine(&text)) {
      while (!pairs.empty()) {
        const size_t end = std::min(pairs.find_first_of(" \t"), pairs.size());
        const std::string_view pair = pairs.substr(0, end);
        const size_t colon = std::min(pair.find(':'), pair.size());
        unsigned code_point = 0;
        unsigned byte = 0;
        if (!parseHex(pair.substr(0, colon), 1, 4, &code_point) ||
            !parseHex(pair.substr(std::min(colon + 1, pair.size())), 1, 2, &byte)) {
          return invalid("\"" + std::string(pair.substr(0, 40)) + "\" of code page " +
                         std::to_string(code_page) + " is not HHHH:HH");
        }
        map.bytes_[code_point] = static_cast<int16_t>(byte);
        pairs = trim(pairs.substr(end), " \t");
      }
    }
    return map;
  }
  return invalid("has no code page " + std::to_string(code_page));
}

UnicodeMap::Scope::Scope(const UnicodeMap* map) : outer_(map_in_use) { map_in_use = map; }
UnicodeMap::Scope::~Scope() { map_in_use = outer_; }
const UnicodeMap* UnicodeMap::current() { return map_in_use; }

}  // namespace waf
