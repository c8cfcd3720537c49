#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "db/config/config.h"
#include "waf/base/clock.h"

namespace admin {

inline constexpr const char* kCertificateReadOnly[] = {
    "subject",   "hosts",     "issuer",      "key_type", "not_before",
    "not_after", "days_left", "self_signed", "used_by",  "sha256"};

// A certificate as the API shows it: its chain and what is in it, never a private key in any form.
nlohmann::json describeCertificate(const db::CertificateConfig& certificate, waf::WallTime now);

// Whole days until it ends, negative afterwards.
int64_t daysLeft(waf::WallTime not_after, waf::WallTime now);

}  // namespace admin
