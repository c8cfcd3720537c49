#pragma once

#include <string>

#include "gateway/config/rule_set_cache.h"
#include "gateway/config/snapshot_builder.h"

namespace gateway {

// One run of SnapshotBuilder::build, step by step; each step returns false after filling `failure`.
struct SnapshotBuilder::Build {
  SnapshotBuilder& builder;
  const db::Config& config;
  const Snapshot* previous;
  admin::PrepareFailure* failure;
  std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
  RuleSetCache rule_sets;

  void knowRuleSets(const Snapshot& snapshot_before);
  void recording();
  bool upstreams();
  bool upstream(const db::UpstreamConfig& upstream);
  UpstreamAddress address(const db::EndpointConfig& endpoint, const UpstreamAddress* before);
  bool sites();
  bool site(const db::SiteConfig& site);
  bool rules(const db::SiteConfig& site, Site* out);
  bool listeners();
  bool tls(ListenerTable* listener);
  std::shared_ptr<OcspStaple> stapleOf(const db::CertificateConfig& certificate);
  std::function<std::shared_ptr<const ClientAuth>(std::string_view)> clientAuthOf(
      const ListenerTable& listener) const;

  const Site* previousSite(const std::string& name) const;
  void carryOver(const Site* before, Site* out) const;
  bool fail(waf::ErrorCode code, std::string message);
};

}  // namespace gateway
