#include "db/config/config_json.h"

#include <optional>
#include <set>

#include "db/config/fields.h"
#include "db/config/json_reader.h"

namespace db {
namespace {

using nlohmann::json;
using waf::ErrorCode;

constexpr size_t kMaxDocumentBytes = 64u << 20;

template <typename Struct>
Result<Struct> parseObject(const json& value) {
  Struct out;
  JsonReader reader(value, "");
  reader.read(&out);
  if (reader.failed()) return waf::fail(ErrorCode::Invalid, "config", reader.error());
  return out;
}

class JsonWriter {
 public:
  template <typename T>
  void operator()(const Field& field, const T& member) {
    if (field.secret) return;
    if constexpr (requires { member.empty(); }) {
      if (field.omit_empty && member.empty()) return;
    }
    if constexpr (requires { member.has_value(); }) {
      if (member.has_value()) object_[field.name] = print(*member);
    } else {
      object_[field.name] = print(member);
    }
  }

  json take() { return std::move(object_); }

  template <typename Struct>
  static json printStruct(const Struct& object) {
    JsonWriter writer;
    fields(writer, object);
    return writer.take();
  }

 private:
  template <typename T>
  static json print(const std::vector<T>& list) {
    json out = json::array();
    for (const T& item : list) out.push_back(print(item));
    return out;
  }

  template <typename T>
  static json print(const T& value) {
    if constexpr (std::is_class_v<T> && !std::same_as<T, std::string>) {
      return printStruct(value);
    } else {
      return value;
    }
  }

  json object_ = json::object();
};

}  // namespace

Result<Config> parseConfig(const json& document) { return parseObject<Config>(document); }

Result<Config> parseConfigText(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) {
    return waf::fail(ErrorCode::Exhausted, "config", "document is larger than 64 MB");
  }
  // A duplicate key would let the last one win in silence, and deep nesting would exhaust the
  // stack.
  std::vector<std::set<std::string>> frames;
  std::string refused;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > 64 && refused.empty()) refused = "document is nested more than 64 deep";
    if (event == json::parse_event_t::object_start) frames.emplace_back();
    if (event == json::parse_event_t::object_end && !frames.empty()) frames.pop_back();
    if (event == json::parse_event_t::key && !frames.empty()) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!frames.back().insert(key).second && refused.empty()) {
        refused = "field \"" + waf::toPrintableUtf8(key.substr(0, 64)) + "\" is there twice";
      }
    }
    return true;
  };
  try {
    const json document = json::parse(text.begin(), text.end(), watch);
    if (!refused.empty()) return waf::fail(ErrorCode::Invalid, "config", refused);
    return parseConfig(document);
  } catch (const json::exception& e) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: …": the bracket is of no
    // use to a reader.
    const std::string_view what = e.what();
    const size_t end = what.find("] ");
    const std::string_view shown = end == std::string_view::npos ? what : what.substr(end + 2);
    return waf::fail(ErrorCode::Invalid, "config", "document is not JSON: " + std::string(shown));
  }
}

Result<ListenerConfig> parseListener(const json& object) {
  return parseObject<ListenerConfig>(object);
}
Result<CertificateConfig> parseCertificate(const json& object) {
  return parseObject<CertificateConfig>(object);
}
Result<UpstreamConfig> parseUpstream(const json& object) {
  return parseObject<UpstreamConfig>(object);
}
Result<RulesetConfig> parseRuleset(const json& object) {
  return parseObject<RulesetConfig>(object);
}
Result<SiteConfig> parseSite(const json& object) { return parseObject<SiteConfig>(object); }
Result<SettingsConfig> parseSettings(const json& object) {
  return parseObject<SettingsConfig>(object);
}

json toJson(const Config& config) { return JsonWriter::printStruct(config); }
json toJson(const ListenerConfig& listener) { return JsonWriter::printStruct(listener); }
json toJson(const CertificateConfig& certificate) { return JsonWriter::printStruct(certificate); }
json toJson(const UpstreamConfig& upstream) { return JsonWriter::printStruct(upstream); }
json toJson(const RulesetConfig& ruleset) { return JsonWriter::printStruct(ruleset); }
json toJson(const SiteConfig& site) { return JsonWriter::printStruct(site); }
json toJson(const SettingsConfig& settings) { return JsonWriter::printStruct(settings); }

}  // namespace db
