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

// Replaces `file` by `content` in a certificate; a content that is there already wins.
waf::Result<void> readInto(json* certificate, const char* file, const char* content,
                           const fs::path& folder) {
  const auto path = certificate->find(file);
  if (path == certificate->end() || !path->is_string()) return {};
  const std::string where = absolute(folder, path->get<std::string>());
  certificate->erase(file);
  if (certificate->contains(content)) return {};
  auto text = readFile(where, kMaxPem);
  if (!text) {
    return waf::fail(
        text.error().code, "cli",
        "certificate \"" + certificate->value("name", "") + "\": " + text.error().message);
  }
  (*certificate)[content] = std::move(*text);
  return {};
}

waf::Result<void> resolve(json* document, const fs::path& folder) {
  if (auto list = document->find("certificates"); list != document->end() && list->is_array()) {
    for (json& certificate : *list) {
      if (!certificate.is_object()) continue;
      if (auto ok = readInto(&certificate, "chain_file", "chain_pem", folder); !ok) return ok;
      if (auto ok = readInto(&certificate, "key_file", "key_pem", folder); !ok) return ok;
    }
  }
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
