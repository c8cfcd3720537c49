// The directives that set a value (ModSecurity reference manual, "Configuration Directives").
#include <filesystem>

#include "waf/base/text.h"
#include "waf/seclang/parser.h"
#include "waf/seclang/read_file.h"
#include "waf/transformations/unicode_map_file.h"

namespace waf {
namespace {

constexpr uint64_t kMaxBodyLimit = 1ull << 30;  // ModSecurity's hard limit for a buffered body
constexpr uint64_t kCodePage = 20127;

}  // namespace

bool Parser::onOff(const Words& words, bool* out) {
  if (equalsIgnoreCase(words[1], "On")) {
    *out = true;
  } else if (equalsIgnoreCase(words[1], "Off")) {
    *out = false;
  } else {
    error("On or Off is expected, not \"" + words[1] + "\"");
    return false;
  }
  return true;
}

bool Parser::number(const std::string& text, uint64_t most, uint64_t* out) {
  if (parseUint64(text, out) && *out <= most) return true;
  error("a number up to " + std::to_string(most) + " is expected, not \"" + text + "\"");
  return false;
}

void Parser::ruleEngine(const Words& words) {
  Settings& settings = document_->settings;
  if (equalsIgnoreCase(words[1], "On")) {
    settings.engine = EngineMode::On;
  } else if (equalsIgnoreCase(words[1], "Off")) {
    settings.engine = EngineMode::Off;
  } else if (equalsIgnoreCase(words[1], "DetectionOnly")) {
    settings.engine = EngineMode::DetectionOnly;
  } else {
    error("On, Off or DetectionOnly is expected, not \"" + words[1] + "\"");
  }
}

void Parser::requestBodyAccess(const Words& words) {
  bool on = false;
  if (onOff(words, &on)) document_->settings.request_body_access = on;
}

void Parser::requestBodyLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], kMaxBodyLimit, &value)) document_->settings.request_body_limit = value;
}

void Parser::requestBodyNoFilesLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], kMaxBodyLimit, &value)) {
    document_->settings.request_body_no_files_limit = value;
  }
}

void Parser::requestBodyLimitAction(const Words& words) {
  if (equalsIgnoreCase(words[1], "Reject")) {
    document_->settings.request_limit_rejects = true;
  } else if (equalsIgnoreCase(words[1], "ProcessPartial")) {
    document_->settings.request_limit_rejects = false;
  } else {
    error("Reject or ProcessPartial is expected, not \"" + words[1] + "\"");
  }
}

void Parser::requestBodyJsonDepthLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], 100000, &value)) {
    document_->settings.json_depth = static_cast<uint32_t>(value);
  }
}

void Parser::argumentsLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], 1000000, &value)) {
    document_->settings.arguments_limit = static_cast<uint32_t>(value);
  }
}

void Parser::uploadFileLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], 1000000, &value)) {
    document_->settings.upload_file_limit = static_cast<uint32_t>(value);
  }
}

void Parser::argumentSeparator(const Words& words) {
  if (words[1].size() != 1) return error("one character is expected, not \"" + words[1] + "\"");
  document_->settings.argument_separator = words[1][0];
}

void Parser::responseBodyAccess(const Words& words) {
  onOff(words, &document_->settings.response_body_access);
}

void Parser::responseBodyLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], kMaxBodyLimit, &value)) document_->settings.response_body_limit = value;
}

void Parser::responseBodyLimitAction(const Words& words) {
  if (equalsIgnoreCase(words[1], "Reject")) {
    document_->settings.response_limit_rejects = true;
  } else if (equalsIgnoreCase(words[1], "ProcessPartial")) {
    document_->settings.response_limit_rejects = false;
  } else {
    error("Reject or ProcessPartial is expected, not \"" + words[1] + "\"");
  }
}

void Parser::responseBodyMimeType(const Words& words) {
  // The manual: several uses of the directive add up. The first one replaces the defaults.
  auto& types = document_->settings.response_types;
  if (!response_types_set_) types.clear();
  response_types_set_ = true;
  for (size_t i = 1; i < words.size(); ++i) types.push_back(toLower(words[i]));
}

void Parser::responseBodyMimeTypesClear(const Words&) {
  document_->settings.response_types.clear();
  response_types_set_ = true;
}

void Parser::pcreMatchLimit(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], UINT32_MAX, &value)) {
    document_->settings.pcre_match_limit = static_cast<uint32_t>(value);
  }
}

void Parser::pcreMatchLimitRecursion(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], UINT32_MAX, &value)) {
    document_->settings.pcre_recursion_limit = static_cast<uint32_t>(value);
  }
}

void Parser::geoLookupDb(const Words& words) {
  document_->settings.geo_database = resolve(words[1]);
}

bool parseXmlArguments(std::string_view text, XmlArguments* out) {
  if (equalsIgnoreCase(text, "Off")) {
    *out = XmlArguments::Off;
  } else if (equalsIgnoreCase(text, "On")) {
    *out = XmlArguments::On;
  } else if (equalsIgnoreCase(text, "OnlyArgs")) {
    *out = XmlArguments::Only;
  } else {
    return false;
  }
  return true;
}

void Parser::parseXmlIntoArgs(const Words& words) {
  if (!parseXmlArguments(words[1], &document_->settings.xml_arguments)) {
    error("On, Off or OnlyArgs is expected, not \"" + words[1] + "\"");
  }
}

// Project Honey Pot's access keys are twelve lower-case letters.
void Parser::httpBlKey(const Words& words) {
  const std::string key = toLower(words[1]);
  if (key.size() != 12 ||
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos) {
    return error("twelve letters are expected, as Project Honey Pot gives them");
  }
  document_->settings.http_bl_key = key;
}

void Parser::collectionTimeout(const Words& words) {
  uint64_t value = 0;
  if (number(words[1], UINT32_MAX, &value)) {
    document_->settings.collection_timeout_seconds = static_cast<uint32_t>(value);
  }
}

void Parser::componentSignature(const Words& words) {
  document_->settings.component_signatures.push_back(words[1]);
}

void Parser::webAppId(const Words& words) { document_->settings.web_app_id = words[1]; }

void Parser::cookieFormat(const Words& words) {
  if (words[1] != "0" && words[1] != "1") {
    return error("0 or 1 is expected, not \"" + words[1] + "\"");
  }
  document_->settings.cookie_format = words[1] == "1" ? 1 : 0;
}

void Parser::cookieV0Separator(const Words& words) {
  if (words[1].size() != 1) return error("one character is expected, not \"" + words[1] + "\"");
  document_->settings.cookie_separator = words[1][0];
}

void Parser::uploadKeepFiles(const Words& words) {
  if (!equalsIgnoreCase(words[1], "On") && !equalsIgnoreCase(words[1], "Off") &&
      !equalsIgnoreCase(words[1], "RelevantOnly")) {
    return error("On, Off or RelevantOnly is expected, not \"" + words[1] + "\"");
  }
  document_->settings.names_uploads = !equalsIgnoreCase(words[1], "Off");
  if (document_->settings.names_uploads) {
    warning("uploads are inspected in memory and written nowhere; FILES_TMPNAMES holds names only");
  }
}

void Parser::uploadDir(const Words& words) { document_->settings.upload_dir = words[1]; }

void Parser::unicodeCodePage(const Words& words) {
  uint64_t value = 0;
  if (!number(words[1], 100000, &value)) return;
  if (unicode_file_.empty() && value != kCodePage) {
    return error("without a file only code page 20127 is known; write SecUnicodeMapFile FILE " +
                 words[1]);
  }
  loadUnicodeMap(unicode_file_, value);
}

void Parser::unicodeMapFile(const Words& words) {
  std::string path = words[1];
  std::string code_page = words.size() > 2 ? words[2] : "";
  if (words.size() == 2) {  // a quoted "file page", or an unquoted path that holds blanks
    const size_t blank = path.find_last_of(" \t");
    if (blank != std::string::npos) {
      code_page = path.substr(blank + 1);
      path = std::string(trim(path.substr(0, blank)));
    }
  }
  uint64_t value = kCodePage;
  if (!code_page.empty() && !number(code_page, 100000, &value)) return;
  unicode_file_ = resolve(path);
  loadUnicodeMap(unicode_file_, value);
}

// The map of 20127 is built in, too, for sets that came without the file that they name.
void Parser::loadUnicodeMap(const std::string& path, uint64_t code_page) {
  constexpr size_t kMaxBytes = 4u << 20;
  Settings& settings = document_->settings;
  settings.unicode_best_fit = true;
  settings.unicode_map = nullptr;
  if (path.empty()) return;
  const bool inside = liesBelow(path, confined_to_);
  std::error_code failed;
  if (!inside || (!confined_to_.empty() && !std::filesystem::exists(path, failed))) {
    if (code_page == kCodePage) return;
    return error("the file " + path + " is not part of this rule set; put it into the archive");
  }
  const auto text = readFile(path, kMaxBytes);
  if (!text) return error(text.error().message);
  auto map = UnicodeMap::parse(*text, code_page);
  if (map) {
    settings.unicode_map = std::make_shared<const UnicodeMap>(std::move(*map));
  } else if (code_page != kCodePage) {
    error(path + ": " + map.error().message);
  }
}

}  // namespace waf
