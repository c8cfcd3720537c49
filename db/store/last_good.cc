#include <nlohmann/json.hpp>

#include "db/config/config_json.h"
#include "db/secrets/secret_box.h"
#include "db/store/file.h"
#include "db/store/store.h"

// <data_dir>/last-good.json: {"version":{"number","time","author","comment"},"config":{…}}.
namespace db {
namespace {

using nlohmann::json;
using waf::ErrorCode;

constexpr size_t kMaxBytes = 64u << 20;

std::string pathIn(const std::string& data_dir) { return data_dir + "/last-good.json"; }

std::string textOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<void> saveLastGood(const std::string& data_dir, const ConfigVersion& version,
                          const Config& config) {
  Config sealed = config;
  const Result<SecretBox> box = SecretBox::open(data_dir, true);
  if (!box) return waf::fail(box.error());
  const Result<void> done = sealKeys(*box, &sealed);
  if (!done) return done;
  const json document = {{"version",
                          {{"number", version.number},
                           {"time", waf::formatRfc3339(version.time)},
                           {"author", version.author},
                           {"comment", version.comment}}},
                         {"config", toJson(sealed)}};
  return writeFileAtomically(pathIn(data_dir),
                             document.dump(-1, ' ', false, json::error_handler_t::replace));
}

Result<std::pair<ConfigVersion, Config>> loadLastGood(const std::string& data_dir) {
  const std::string path = pathIn(data_dir);
  const Result<std::string> text = readFile(path, kMaxBytes);
  if (!text) return waf::fail(text.error());
  const auto corrupt = [&path](const std::string& why) {
    return waf::fail(ErrorCode::Corrupt, "db", path + ": " + why);
  };
  const json document = json::parse(*text, nullptr, false);
  if (!document.is_object() || !document.contains("version") || !document.contains("config")) {
    return corrupt("is not a saved configuration");
  }
  Result<Config> config = parseConfig(document.at("config"));
  if (!config) return corrupt(config.error().message);
  const json& saved = document.at("version");
  ConfigVersion version;
  if (!saved.is_object() || !saved.contains("number") || !saved.at("number").is_number_integer() ||
      !waf::parseRfc3339(textOf(saved, "time"), &version.time)) {
    return corrupt("has no valid version");
  }
  version.number = saved.at("number").get<int64_t>();
  version.author = textOf(saved, "author");
  version.comment = textOf(saved, "comment");
  const Result<SecretBox> box = SecretBox::open(data_dir, false);
  if (!box) return waf::fail(box.error());
  const Result<void> opened = unsealKeys(*box, &*config);
  if (!opened) return corrupt(opened.error().message);
  return std::pair(std::move(version), std::move(*config));
}

}  // namespace db
