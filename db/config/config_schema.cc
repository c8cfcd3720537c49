#include <limits>
#include <type_traits>

#include "db/config/config_json.h"
#include "db/config/fields.h"

namespace db {
namespace {

using nlohmann::json;

class SchemaWriter {
 public:
  template <typename T>
  void operator()(const Field& field, const T& member) {
    json schema = describe(field, member);
    if (!field.about.empty()) schema["description"] = field.about;
    if (field.secret) schema["writeOnly"] = true;
    if (field.required) required_.push_back(field.name);
    properties_[field.name] = std::move(schema);
  }

  template <typename Struct>
  static json ofStruct() {
    const Struct defaults;
    SchemaWriter writer;
    fields(writer, defaults);
    json out = {{"type", "object"},
                {"properties", std::move(writer.properties_)},
                {"additionalProperties", false}};
    // A required field that has a default (a health check's path) may be left out.
    json required = json::array();
    for (const json& name : writer.required_) {
      if (!out["properties"][name.get<std::string>()].contains("default")) required.push_back(name);
    }
    if (!required.empty()) out["required"] = std::move(required);
    return out;
  }

 private:
  static json describe(const Field&, bool value) {
    return {{"type", "boolean"}, {"default", value}};
  }

  static json describe(const Field& field, const std::string& value) {
    json out = {{"type", "string"}, {"maxLength", field.max_length}};
    if (field.required) out["minLength"] = 1;
    if (!value.empty()) out["default"] = value;
    if (field.one_of.empty()) return out;
    out.erase("maxLength");
    for (std::string_view rest = field.one_of; !rest.empty();) {
      const size_t bar = rest.find('|');
      out["enum"].push_back(rest.substr(0, bar));
      rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
    }
    return out;
  }

  template <std::integral T>
  static json range(const Field& field) {
    const auto type_max = static_cast<uint64_t>(std::numeric_limits<T>::max());
    return {
        {"type", "integer"}, {"minimum", field.min}, {"maximum", std::min(field.max, type_max)}};
  }

  template <std::integral T>
  static json describe(const Field& field, T value) {
    json out = range<T>(field);
    out["default"] = value;
    return out;
  }

  template <typename T>
  static json describe(const Field& field, const std::optional<T>&) {
    json out = range<T>(field);
    out["type"] = json::array({"integer", "null"});
    return out;
  }

  template <typename T>
  static json describe(const Field& field, const std::vector<T>&) {
    json items;
    if constexpr (std::same_as<T, std::string>) {
      items = describe(field, std::string());
      items["minLength"] = 1;
    } else if constexpr (std::integral<T>) {
      items = range<T>(field);
    } else {
      items = ofStruct<T>();
    }
    json out = {{"type", "array"}, {"items", std::move(items)}, {"maxItems", field.max_items}};
    if (field.required) out["minItems"] = 1;
    return out;
  }

  template <typename Struct>
  requires std::is_class_v<Struct>
  static json describe(const Field&, const Struct&) { return ofStruct<Struct>(); }

  json properties_ = json::object();
  json required_ = json::array();
};

}  // namespace

json configSchema() {
  json out = SchemaWriter::ofStruct<Config>();
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["title"] = "Portcullis configuration";
  return out;
}

}  // namespace db
