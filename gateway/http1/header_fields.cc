#include "gateway/http1/header_fields.h"

#include "waf/base/text.h"

namespace gateway {

const HeaderField* HeaderFields::search(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (field.name.size() == name.size() && waf::equalsIgnoreCase(field.name, name)) return &field;
  }
  return nullptr;
}

size_t HeaderFields::countAll(std::string_view name) const {
  size_t found = 0;
  for (const HeaderField& field : fields_) {
    if (field.name.size() == name.size() && waf::equalsIgnoreCase(field.name, name)) ++found;
  }
  return found;
}

}  // namespace gateway
