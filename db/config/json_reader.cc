#include "db/config/json_reader.h"

namespace db {

bool JsonReader::isOneOf(std::string_view list, std::string_view text) {
  while (true) {
    const size_t bar = list.find('|');
    if (list.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    list.remove_prefix(bar + 1);
  }
}

std::string JsonReader::choices(std::string_view list) {
  if (list.find('|') == std::string_view::npos) return "\"" + std::string(list) + "\"";
  std::string out = "one of ";
  for (const char c : list) {
    if (c == '|') {
      out += ", ";
    } else {
      out += c;
    }
  }
  return out;
}

void JsonReader::refuseUnknown() {
  for (const auto& [name, ignored] : value_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    // The name is the sender's: shortened and made printable before it is quoted.
    const std::string path = below(waf::toPrintableUtf8(std::string_view(name).substr(0, 64)));
    std::string why = "is not a known field; known are ";
    for (size_t i = 0; i < known_.size(); ++i) {
      if (i > 0) why += ", ";
      why += known_[i];
    }
    return refuse(path, why);
  }
}

}  // namespace db
