#pragma once

#include <nlohmann/json.hpp>

#include "db/config/config.h"
#include "waf/base/result.h"

// JSON ↔ the structs of db/config/config.h, for the whole document and for each object that the API
// edits alone. Parsing is strict: unknown fields, wrong types and values out of range are refused
// with the path in the document, "sites[0].waf.mode: must be one of Off, DetectionOnly, On". Absent
// fields keep their defaults. What only the whole document can tell (references, duplicates) is
// db/config/validate.h's.
namespace db {

using waf::Result;

Result<Config> parseConfig(const nlohmann::json& document);
// Text of at most 64 MB; a syntax error names its line and column.
Result<Config> parseConfigText(std::string_view text);

// In an object's own functions the paths start at the object: "waf.mode: …".
Result<ListenerConfig> parseListener(const nlohmann::json& object);
Result<CertificateConfig> parseCertificate(const nlohmann::json& object);
Result<UpstreamConfig> parseUpstream(const nlohmann::json& object);
Result<RulesetConfig> parseRuleset(const nlohmann::json& object);
Result<SiteConfig> parseSite(const nlohmann::json& object);
Result<SettingsConfig> parseSettings(const nlohmann::json& object);

// Every field but those that are unset (optional numbers) or empty (certificate files). `key_pem`
// is never printed; `key_sealed` is when it is filled, as in what ConfigStore::load returns.
nlohmann::json toJson(const Config& config);
nlohmann::json toJson(const ListenerConfig& listener);
nlohmann::json toJson(const CertificateConfig& certificate);
nlohmann::json toJson(const UpstreamConfig& upstream);
nlohmann::json toJson(const RulesetConfig& ruleset);
nlohmann::json toJson(const SiteConfig& site);
nlohmann::json toJson(const SettingsConfig& settings);

// JSON Schema 2020-12 of the document, with defaults and limits.
nlohmann::json configSchema();

}  // namespace db
