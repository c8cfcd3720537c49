#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "admin-ui/server/gateway_port.h"
#include "db/config/config.h"
#include "db/store/event_log.h"
#include "gateway/outputs/event_format.h"
#include "gateway/outputs/transport.h"

namespace gateway {

// One place that events are sent to, with a thread of its own: what cannot be sent waits in a
// bounded queue and is tried again; what the queue does not take is counted. Nobody waits for it.
class Output {
 public:
  explicit Output(const db::OutputConfig& config);
  // Tries what waits for a moment more.
  ~Output();

  const db::OutputConfig& config() const { return config_; }
  // Any thread; copies the record.
  void offer(std::string_view record);
  admin::OutputStatus status() const;

 private:
  void run();
  size_t fillBatch();  // with the lock held; how many of the queue's records it holds

  const db::OutputConfig config_;
  const EventFormat format_;
  const std::string host_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  uint64_t sent_ = 0;
  uint64_t dropped_ = 0;
  std::string problem_;
  bool stopping_ = false;
  std::vector<std::string> batch_;  // the thread's own, with what follows
  std::unique_ptr<Transport> transport_;
  std::thread thread_;
};

// All of them, as the event log feeds them. Any thread.
class Outputs final : public db::EventSink {
 public:
  // Those that stay as they are keep their queues.
  void configure(const std::vector<db::OutputConfig>& outputs);
  void offer(std::string_view record) override;
  std::vector<admin::OutputStatus> status() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Output>> outputs_;
};

// One event that says it is a test, sent at once; the error says what is wrong with the output.
Result<void> testOutput(const db::OutputConfig& config);

}  // namespace gateway
