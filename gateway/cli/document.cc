#include "gateway/cli/document.h"

#include <filesystem>

#include "gateway/cli/files.h"

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxDocument = 16u << 20;
constexpr size_t kMaxPem = 256u << 10;

std::string absolute(const fs::path& folder, const std::string& path) {
  return fs::weakly_canonical(fs::path(path).is_absolute() ? fs::path(path) : folder / path)
      .string();
}

// Replaces `file` by `content` in an object; a content that is there already wins. `what` is "site
// \"shop\"".
waf::Result<void> readInto(json* object, const char* file, const char* content,
                           const fs::path& folder, const std::string& what) {
  const auto path = object->find(file);
  if (path == object->end() || !path->is_string()) return {};
  const std::string where = absolute(folder, path->get<std::string>());
  object->erase(file);
  if (object->contains(content)) return {};
  auto text = readFile(where, kMaxPem);
  if (!text) return waf::fail(text.error().code, "cli", what + ": " + text.error().message);
  (*object)[content] = std::move(*text);
  return {};
}

std::string named(std::string_view kind, const json& object) {
  return std::string(kind) + " \"" + object.value("name", "") + "\"";
}

// ca_file of the member `name` of each object of a list.
waf::Result<void> resolveAuthorities(json* document, const char* list, const char* name,
                                     std::string_view kind, const fs::path& folder) {
  const auto objects = document->find(list);
  if (objects == document->end() || !objects->is_array()) return {};
  for (json& object : *objects) {
    if (!object.is_object()) continue;
    const auto member = object.find(name);
    if (member == object.end() || !member->is_object()) continue;
    auto ok = readInto(&*member, "ca_file", "ca_pem", folder, named(kind, object));
    if (!ok) return ok;
  }
  return {};
}

waf::Result<void> resolve(json* document, const fs::path& folder) {
  if (auto list = document->find("certificates"); list != document->end() && list->is_array()) {
    for (json& certificate : *list) {
      if (!certificate.is_object()) continue;
      const std::string what = named("certificate", certificate);
      if (auto ok = readInto(&certificate, "chain_file", "chain_pem", folder, what); !ok) return ok;
      if (auto ok = readInto(&certificate, "key_file", "key_pem", folder, what); !ok) return ok;
    }
  }
  auto authorities = resolveAuthorities(document, "upstreams", "tls", "upstream", folder);
  if (!authorities) return authorities;
  authorities = resolveAuthorities(document, "sites", "client_certificates", "site", folder);
  if (!authorities) return authorities;
  if (auto list = document->find("rulesets"); list != document->end() && list->is_array()) {
    for (json& ruleset : *list) {
      if (!ruleset.is_object()) continue;
      if (auto path = ruleset.find("path"); path != ruleset.end() && path->is_string()) {
        *path = absolute(folder, path->get<std::string>());
      }
    }
  }
  const json::json_pointer audit_file("/settings/audit_log/file");
  if (document->contains(audit_file)) {
    json& file = document->at(audit_file);
    if (file.is_string() && !file.get<std::string>().empty())
      file = absolute(folder, file.get<std::string>());
  }
  return {};
}

}  // namespace

waf::Result<json> readDocument(std::istream& in, const std::string& path) {
  const auto text = readFileOr(in, path, kMaxDocument);
  if (!text) return waf::fail(text.error());
  json document;
  try {
    document = json::parse(*text, nullptr, true, true);
  } catch (const json::exception& error) {
    return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": " + error.what());
  }
  if (!document.is_object())
    return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": is not a JSON object");
  std::error_code code;
  const fs::path folder =
      path == "-" ? fs::current_path(code) : fs::absolute(path, code).parent_path();
  try {
    if (auto ok = resolve(&document, folder); !ok) return waf::fail(std::move(ok).error());
  } catch (const fs::filesystem_error& error) {
    return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": " + error.what());
  }
  return document;
}

}  // namespace gateway::cli
