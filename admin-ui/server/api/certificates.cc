#include "admin-ui/server/api/certificate_view.h"
#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"
#include "db/certificate/certificate.h"

namespace admin {
namespace {

constexpr size_t kMaxPem = 256u << 10;

struct CertificateKind {
  using Object = db::CertificateConfig;
  static constexpr const char* kKind = "certificate";
  static std::vector<Object>& list(db::Config& config) { return config.certificates; }

  struct Context {
    const db::Config& config;
    waf::WallTime now;
  };
  static Context context(Services& services, const db::Config& config) {
    return {config, services.clock.wall()};
  }
  static nlohmann::json describe(const Context& context, const Object& certificate) {
    nlohmann::json out = describeCertificate(certificate, context.now);
    out["used_by"] = usedBy(context.config, certificate.name);
    return out;
  }
  static std::vector<std::string> usedBy(const db::Config& config, const std::string& name) {
    return sitesThat(config,
                     [&](const db::SiteConfig& site) { return contains(site.certificates, name); });
  }
};

using Certificates = Collection<CertificateKind>;

std::optional<ApiError> fail(const waf::Error& error, const char* field) {
  ApiError out = apiError(error);
  out.field = field;
  return out;
}

std::optional<ApiError> makeSelfSigned(const nlohmann::json& hosts, waf::WallTime now,
                                       db::CertificateConfig* out) {
  if (!hosts.is_array() || hosts.empty() || hosts.size() > 100) {
    return invalid("self_signed_hosts: must be a list of 1 to 100 host names", "self_signed_hosts");
  }
  std::vector<std::string> names;
  for (const nlohmann::json& host : hosts) {
    if (!host.is_string())
      return invalid("self_signed_hosts: must be host names", "self_signed_hosts");
    names.push_back(host.get<std::string>());
  }
  auto made = db::makeSelfSigned(names, now);
  if (!made) return fail(made.error(), "self_signed_hosts");
  out->chain_pem = std::move(made->chain_pem);
  out->key_pem = std::move(made->key_pem);
  return std::nullopt;
}

// The three forms of the body: pem (any order), chain_pem with key_pem, self_signed_hosts. A chain
// without a key keeps the key that is stored: a renewal often keeps it.
std::optional<ApiError> readCertificate(const nlohmann::json& body, waf::WallTime now,
                                        bool key_may_stay, db::CertificateConfig* out) {
  std::string pem;
  std::string chain;
  if (const auto error =
          onlyMembers(body, {"name", "pem", "chain_pem", "key_pem", "self_signed_hosts"}))
    return error;
  if (const auto error = readString(body, "name", true, 128, &out->name)) return error;
  if (const auto error = readString(body, "pem", false, 2 * kMaxPem, &pem)) return error;
  if (const auto error = readString(body, "chain_pem", false, kMaxPem, &chain)) return error;
  if (const auto error = readString(body, "key_pem", false, kMaxPem, &out->key_pem)) return error;
  const bool self_signed = body.contains("self_signed_hosts");
  if (int{!pem.empty()} + int{!chain.empty()} + int{self_signed} != 1) {
    return invalid(
        "give one of pem (certificate, chain and key in any order), chain_pem with key_pem, or "
        "self_signed_hosts");
  }
  if (self_signed) return makeSelfSigned(body["self_signed_hosts"], now, out);
  if (!chain.empty() && out->key_pem.empty() && key_may_stay) {
    auto ordered = db::orderChain(chain);
    if (!ordered) return fail(ordered.error(), "chain_pem");
    out->chain_pem = std::move(*ordered);
    return std::nullopt;
  }
  auto ordered = db::orderPem(pem.empty() ? chain + "\n" + out->key_pem : pem);
  if (!ordered) return fail(ordered.error(), pem.empty() ? "chain_pem" : "pem");
  out->chain_pem = std::move(ordered->chain_pem);
  out->key_pem = std::move(ordered->key_pem);
  return std::nullopt;
}

}  // namespace

Response listCertificates(Services& s, Request& r) { return Certificates::list(s, r); }
Response showCertificate(Services& s, Request& r) { return Certificates::show(s, r); }
Response removeCertificate(Services& s, Request& r) { return Certificates::remove(s, r); }

Response createCertificate(Services& services, Request& request) {
  nlohmann::json body;
  db::CertificateConfig certificate;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = readCertificate(body, services.clock.wall(), false, &certificate)) {
    return errorResponse(*error, request.id);
  }
  return Certificates::add(services, request, certificate);
}

Response replaceCertificate(Services& services, Request& request) {
  nlohmann::json body;
  db::CertificateConfig certificate;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  body["name"] = request.captures[0];
  for (const char* name : kCertificateReadOnly) body.erase(name);
  if (const auto error = readCertificate(body, services.clock.wall(), true, &certificate)) {
    return errorResponse(*error, request.id);
  }
  return Certificates::put(services, request, certificate);
}

}  // namespace admin
