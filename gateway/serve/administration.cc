#include "gateway/serve/administration.h"

#include "gateway/serve/say.h"

namespace gateway {

waf::Result<void> Administration::open(std::unique_ptr<db::Store> store, db::EventLog* log) {
  store_ = std::move(store);
  admin::AdminOptions options;
  options.address = options_.admin_address;
  options.data_dir = options_.data_dir;
  auto server = admin::AdminServer::start(options, store_.get(), log, gateway_, clock_);
  if (!server) return waf::fail(server.error());
  server_ = std::move(*server);
  if (store_) {
    traffic_ = std::make_unique<TrafficWriter>(
        &store_->traffic(), [this] { return gateway_.traffic(); }, clock_);
  }
  return {};
}

void Administration::close() {
  server_.reset();
  traffic_.reset();
  store_.reset();
}

void Administration::reopen(db::EventLog* log) {
  auto store = db::Store::open(options_.data_dir, clock_, options_.database);
  if (!store) {
    const std::string alarm =
        "changes are not possible until the gateway is started again: " + store.error().message;
    say(alarm);
    gateway_.addAlarm(alarm);
  }
  const auto opened = open(store ? std::move(*store) : nullptr, log);
  if (opened) return;
  const std::string alarm = "there is no administration: " + opened.error().message;
  say(alarm);
  gateway_.addAlarm(alarm);
}

void Administration::announce() const {
  if (!server_) return;
  if (!server_->boundAddress().empty()) {
    say("administration: https://" + server_->boundAddress() + " (certificate SHA-256 " +
        server_->certificateSha256() + ")");
  }
  if (!server_->firstPassword().empty()) {
    say("first login: user admin, password " + server_->firstPassword());
    say("it is shown only now, and must be changed at the first login");
  }
}

}  // namespace gateway
