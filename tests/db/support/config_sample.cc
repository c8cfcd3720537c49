#include "tests/db/support/config_sample.h"

namespace db {

Config sampleConfig() {
  Config config;
  config.listeners = {{"http", "127.0.0.1:8080", false}, {"https", "127.0.0.1:8443", true}};
  CertificateConfig certificate;
  certificate.name = "demo";
  certificate.chain_pem = "chain\n";
  certificate.key_pem = "private\n";
  config.certificates = {certificate};
  UpstreamConfig upstream;
  upstream.name = "app";
  upstream.endpoints = {{"127.0.0.1:9000", 1, false}, {"127.0.0.1:9001", 2, false}};
  config.upstreams = {upstream};
  config.rulesets = {{"crs", "/srv/crs"}};
  SiteConfig site;
  site.name = "shop";
  site.hosts = {"shop.example", "*.shop.example"};
  site.listeners = {"http", "https"};
  site.certificates = {"demo"};
  site.upstream = "app";
  site.waf.rulesets = {"crs"};
  config.sites = {site};
  return config;
}

}  // namespace db
