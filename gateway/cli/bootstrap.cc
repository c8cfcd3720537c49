#include "gateway/cli/bootstrap.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "db/store/store.h"
#include "gateway/cli/files.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

// Reads one document; the first thing that is wrong is kept.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  void allow(const json& object, std::initializer_list<std::string_view> names) {
    for (const auto& [name, value] : object.items()) {
      if (std::find(names.begin(), names.end(), name) == names.end())
        wrong(name, "is not known here");
    }
  }
  void string(const json& object, const char* name, std::string* out) {
    const auto found = object.find(name);
    if (found == object.end()) return;
    if (!found->is_string() || found->get<std::string>().empty())
      return wrong(name, "must be a string");
    *out = found->get<std::string>();
  }
  void wrong(const std::string& name, const std::string& reason) {
    if (problem_.empty()) problem_ = path_ + ": " + name + ": " + reason;
  }
  const std::string& problem() const { return problem_; }

 private:
  const std::string path_;
  std::string problem_;
};

}  // namespace

waf::Result<Bootstrap> readBootstrap(const std::string& path) {
  const auto text = readFile(path, 1u << 20);
  if (!text) return waf::fail(text.error());
  const json document = json::parse(*text, nullptr, false, true);
  if (!document.is_object())
    return waf::fail(waf::ErrorCode::Invalid, "bootstrap", path + ": is not a JSON object");
  Bootstrap out;
  Reader reader(path);
  reader.allow(document, {"data_dir", "admin", "log_level", "storage"});
  reader.string(document, "data_dir", &out.data_dir);
  reader.string(document, "log_level", &out.log_level);
  reader.string(document, "storage", &out.storage);
  if (const auto admin = document.find("admin"); admin != document.end()) {
    if (admin->is_object()) {
      reader.allow(*admin, {"address"});
      reader.string(*admin, "address", &out.admin_address);
    } else {
      reader.wrong("admin", "must be an object");
    }
  }
  if (const auto named = db::checkDatabaseName(out.storage); !named)
    reader.wrong("storage", named.error().message);
  if (out.log_level != "error" && out.log_level != "warning" && out.log_level != "info" &&
      out.log_level != "debug") {
    reader.wrong("log_level", "must be error, warning, info or debug");
  }
  if (!reader.problem().empty())
    return waf::fail(waf::ErrorCode::Invalid, "bootstrap", reader.problem());
  return out;
}

}  // namespace gateway::cli
