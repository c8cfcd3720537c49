#include "gateway/http1/header_fields.h"

#include "waf/base/text.h"

namespace gateway {

const HeaderField* HeaderFields::find(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (field.name.size() == name.size() && waf::equalsIgnoreCase(field.name, name)) return &field;
  }
  return nullptr;
}

std::string_view HeaderFields::value(std::string_view name) const {
  const HeaderField* field = find(name);
  return field != nullptr ? field->value : std::string_view();
}

size_t HeaderFields::count(std::string_view name) const {
  size_t found = 0;
  for (const HeaderField& field : fields_) {
    if (field.name.size() == name.size() && waf::equalsIgnoreCase(field.name, name)) ++found;
  }
  return found;
}

}  // namespace gateway
