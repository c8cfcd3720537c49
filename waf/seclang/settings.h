#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waf {

class UnicodeMap;

enum class EngineMode { Off, DetectionOnly, On };

// SecParseXmlIntoArgs: whether XML's elements are arguments, too, or arguments alone.
enum class XmlArguments : uint8_t { Off, On, Only };

// What the configuration directives of a rule set say. The initial values are ModSecurity's
// documented defaults, for a lone .conf; a CRS-type set is read after our base text, which changes
// them as the recommended file does.
struct Settings {
  // SecRuleEngine. ModSecurity's default is Off, in a server where nothing else switches it on.
  // Here the site's mode does: a set that says nothing leaves the decision to the site, so that a
  // site that is On never passes everything.
  EngineMode engine = EngineMode::On;

  // SecRequestBodyAccess. Left unset, ModSecurity v3 inspects the body that its connector feeds,
  // and so do we.
  std::optional<bool> request_body_access;
  size_t request_body_limit = 134217728;         // SecRequestBodyLimit
  size_t request_body_no_files_limit = 1048576;  // SecRequestBodyNoFilesLimit
  bool request_limit_rejects = true;             // SecRequestBodyLimitAction
  // The manual gives REQUEST_BODY to urlencoded bodies and to those without a processor, which is
  // what the CRS is written for: it expects none for XML (944100), but the names of JSON's members
  // in it (934210). ModSecurity v3 gives it always, which is what a lone .conf gets.
  bool request_body_always = true;
  uint32_t json_depth = 10000;       // SecRequestBodyJsonDepthLimit
  uint32_t arguments_limit = 1000;   // SecArgumentsLimit
  uint32_t upload_file_limit = 100;  // SecUploadFileLimit
  XmlArguments xml_arguments = XmlArguments::Off;
  char argument_separator = '&';    // SecArgumentSeparator
  int cookie_format = 0;            // SecCookieFormat: 0 (Netscape) or 1 (RFC 2109)
  char cookie_separator = ';';      // SecCookieV0Separator
  bool names_uploads = false;       // SecUploadKeepFiles is not Off: FILES_TMPNAMES has names
  std::string upload_dir = "/tmp";  // SecUploadDir, of these names

  bool response_body_access = false;  // SecResponseBodyAccess
  size_t response_body_limit = 524288;
  bool response_limit_rejects = true;
  std::vector<std::string> response_types{"text/plain",
                                          "text/html"};  // SecResponseBodyMimeType, lower case

  bool unicode_best_fit = false;                  // SecUnicodeMapFile: t:urlDecodeUni maps %uHHHH
  std::shared_ptr<const UnicodeMap> unicode_map;  // of the file; null: 20127, as built in

  uint32_t pcre_match_limit = 100000;
  uint32_t pcre_recursion_limit = 100000;
  std::string geo_database;
  std::string http_bl_key;  // SecHttpBlKey
  uint32_t collection_timeout_seconds = 3600;
  std::string web_app_id = "default";
  std::vector<std::string> component_signatures;
};

}  // namespace waf
