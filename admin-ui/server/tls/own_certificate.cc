#include "admin-ui/server/tls/own_certificate.h"

#include <Poco/Exception.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "db/certificate/certificate.h"

namespace admin {
namespace {

namespace fs = std::filesystem;

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

waf::Result<void> writeFile(const fs::path& path, const std::string& content) {
  const fs::path fresh = path.string() + ".new";
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 &&
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) {
    return waf::fail(waf::ErrorCode::Unavailable, "admin", path.string() + ": cannot be written");
  }
  return {};
}

std::vector<std::string> ownNames() {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0' &&
      std::string_view(host.data()) != "localhost") {
    names.emplace_back(host.data());
  }
  return names;
}

waf::Result<db::CertificateInfo> ensureFiles(const fs::path& chain, const fs::path& key,
                                             const waf::Clock& clock) {
  const auto present = db::checkCertificate(readFile(chain), readFile(key), clock.wall());
  if (present) return present;
  auto made = db::makeSelfSigned(ownNames(), clock.wall());
  // A host name that may not stand in a certificate must not keep the admin server from starting.
  if (!made) made = db::makeSelfSigned({"localhost", "127.0.0.1", "::1"}, clock.wall());
  if (!made) return waf::fail(std::move(made).error());
  if (auto ok = writeFile(key, made->key_pem); !ok) return waf::fail(std::move(ok).error());
  if (auto ok = writeFile(chain, made->chain_pem); !ok) return waf::fail(std::move(ok).error());
  return db::inspectCertificate(made->chain_pem);
}

}  // namespace

waf::Result<OwnCertificate> loadOwnCertificate(const std::string& data_dir,
                                               const waf::Clock& clock) {
  const fs::path folder = fs::path(data_dir) / "admin";
  std::error_code code;
  fs::create_directories(folder, code);
  const fs::path chain = folder / "certificate.pem";
  const fs::path key = folder / "key.pem";
  const auto info = ensureFiles(chain, key, clock);
  if (!info) return waf::fail(info.error());
  try {
    Poco::Net::Context::Params params;
    params.privateKeyFile = key.string();
    params.certificateFile = chain.string();
    // Poco's default asks clients for a certificate, and browsers then show a dialog.
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
    Poco::Net::Context::Ptr context =
        new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
    SSL_CTX_set_min_proto_version(context->sslContext(), TLS1_2_VERSION);
    return OwnCertificate{context, info->sha256, info->hosts};
  } catch (const Poco::Exception& error) {
    return waf::fail(waf::ErrorCode::Unavailable, "admin",
                     chain.string() + ": " + error.displayText());
  }
}

}  // namespace admin
