#include "admin-ui/server/api/certificate_view.h"

#include "db/certificate/certificate.h"
#include "db/config/config_json.h"

namespace admin {

int64_t daysLeft(waf::WallTime not_after, waf::WallTime now) {
  return std::chrono::floor<std::chrono::days>(not_after - now).count();
}

nlohmann::json describeCertificate(const db::CertificateConfig& certificate, waf::WallTime now) {
  nlohmann::json out = db::toJson(certificate);
  for (const char* secret : {"key_pem", "key_sealed", "key_file", "chain_file"}) out.erase(secret);
  const auto info = db::inspectCertificate(certificate.chain_pem);
  if (!info) return out;
  out["subject"] = info->subject;
  out["hosts"] = info->hosts;
  out["issuer"] = info->issuer;
  out["key_type"] = info->key_type;
  out["not_before"] = waf::formatRfc3339(info->not_before);
  out["not_after"] = waf::formatRfc3339(info->not_after);
  out["days_left"] = daysLeft(info->not_after, now);
  out["self_signed"] = info->self_signed;
  out["sha256"] = info->sha256;
  return out;
}

}  // namespace admin
