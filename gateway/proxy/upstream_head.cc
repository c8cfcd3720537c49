#include "gateway/proxy/upstream_head.h"

#include "gateway/http1/head_writer.h"
#include "gateway/http1/hop_by_hop.h"
#include "gateway/http1/name_set.h"
#include "waf/base/spare_strings.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

// Written by us below, whatever the client sent.
constexpr auto kOurs = nameSet({"host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
                                "x-real-ip", "x-request-id", "forwarded", "via", "max-forwards"});
constexpr auto kConditions = nameSet({"if-none-match", "if-modified-since"});

// Also with underscores, which many an application takes for the same name (RFC 3875, 4.1.18).
bool isClientCertificateField(std::string_view name) {
  constexpr std::string_view kPrefix = "x-client-cert";
  if (name.size() < kPrefix.size()) return false;
  for (size_t i = 0; i < kPrefix.size(); ++i) {
    const char c = name[i] == '_' ? '-' : waf::asciiLower(name[i]);
    if (c != kPrefix[i]) return false;
  }
  return true;
}

void appendClientCertificate(const TlsInfo* tls, HeadWriter* writer) {
  const ClientCertificate* client = tls != nullptr ? tls->client.get() : nullptr;
  if (client == nullptr || !client->verified) {
    writer->field("X-Client-Cert-Verify", "NONE");
    return;
  }
  writer->field("X-Client-Cert-Verify", "SUCCESS");
  writer->field("X-Client-Cert-Subject", client->subject);
  writer->field("X-Client-Cert-Issuer", client->issuer);
  writer->field("X-Client-Cert-Serial", client->serial);
  writer->field("X-Client-Cert-Fingerprint", client->fingerprint);
}

std::string joined(const HeaderFields& fields, std::string_view name) {
  std::string out;
  if (!fields.mayHave(name)) return out;
  for (const HeaderField& field : fields) {
    if (!waf::equalsIgnoreCase(field.name, name)) continue;
    if (!out.empty()) out += ", ";
    out += field.value;
  }
  return out;
}

void appendForwarded(const Request& request, std::string_view peer_ip, HeadWriter* writer) {
  const HeaderFields& fields = request.head.fields;
  // Trusted proxies that write Forwarded pass a client's own X-Forwarded-* through.
  const bool believed =
      request.peer_trusted && request.site->config.forwarded_field == "x-forwarded-for";
  std::string chain = believed ? joined(fields, "x-forwarded-for") : std::string();
  if (chain.empty() && request.client_ip != peer_ip) chain = request.client_ip;
  if (!chain.empty()) chain += ", ";
  chain += peer_ip;
  writer->field("X-Forwarded-For", chain);
  writer->field("X-Real-IP", request.client_ip);
  std::string_view proto = request.secure ? "https" : "http";
  std::string_view host = request.head.authority;
  if (believed) {
    if (const HeaderField* sent = fields.find("x-forwarded-proto")) proto = sent->value;
    if (const HeaderField* sent = fields.find("x-forwarded-host")) host = sent->value;
  }
  writer->field("X-Forwarded-Proto", proto);
  if (!host.empty()) writer->field("X-Forwarded-Host", host);
  writer->field("X-Request-Id", request.id);
  // RFC 9110, 7.6.3: a gateway must add itself.
  std::string via = joined(fields, "via");
  if (!via.empty()) via += ", ";
  via += request.head.isHttp10()           ? "1.0 portcullis"
         : request.head.major_version == 2 ? "2.0 portcullis"
                                           : "1.1 portcullis";
  writer->field("Via", via);
  // RFC 9110, 7.6.2.
  uint64_t hops = 0;
  if (request.head.method == "OPTIONS" && waf::parseUint64(fields.value("max-forwards"), &hops) &&
      hops > 0) {
    writer->field("Max-Forwards", hops - 1);
  }
}

}  // namespace

std::string upstreamHead(const Request& request, const UpstreamHeadOptions& options) {
  const RequestHead& head = request.head;
  std::string out = waf::takeSpareString();
  out.reserve(head.bytes.size() + 512);
  HeadWriter writer(&out);
  writer.requestLine(head.method, head.path, head.query, head.has_query);
  // HTTP/1.0 without Host: the upstream gets a name that the site has.
  std::string_view host = head.authority;
  if (host.empty()) {
    host = request.site->config.hosts.front();
    if (host.find('*') != std::string_view::npos) {
      host =
          request.endpoint.starts_with("unix:") ? std::string_view("localhost") : request.endpoint;
    }
  }
  writer.field("Host", host);
  const bool mutual_tls = request.site->client_auth != nullptr;
  const HopByHop hops(head.fields);
  for (const HeaderField& field : head.fields) {
    if (hops.drops(field) || kOurs.contains(field)) continue;
    if (mutual_tls && isClientCertificateField(field.name)) continue;
    if (options.revalidate != nullptr && kConditions.contains(field)) continue;
    if (!options.websocket_key.empty() && waf::equalsIgnoreCase(field.name, "sec-websocket-key")) {
      continue;
    }
    if (options.no_extensions && waf::equalsIgnoreCase(field.name, "sec-websocket-extensions")) {
      continue;
    }
    if (options.identity_only && waf::equalsIgnoreCase(field.name, "accept-encoding")) continue;
    writer.field(field.name, field.value);
  }
  if (options.identity_only) writer.field("Accept-Encoding", "identity");
  if (options.revalidate != nullptr) {
    if (!options.revalidate->etag.empty()) {
      writer.field("If-None-Match", options.revalidate->etag);
    } else {
      writer.field("If-Modified-Since", options.revalidate->last_modified);
    }
  }
  if (options.upgrade) {
    writer.field("Connection", "Upgrade");
    writer.field("Upgrade", "websocket");
    if (!options.websocket_key.empty()) {
      writer.field("Sec-WebSocket-Key", options.websocket_key);
    }
  }
  if (mutual_tls) appendClientCertificate(options.tls, &writer);
  appendForwarded(request, options.peer_ip, &writer);
  writer.framing(options.framing, options.content_length);
  writer.end();
  return out;
}

}  // namespace gateway
