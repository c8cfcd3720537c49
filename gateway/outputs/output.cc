#include "gateway/outputs/output.h"

#include <unistd.h>

#include <algorithm>

#include "db/events/record_scanner.h"
#include "waf/base/ulid.h"
#include "waf/event/event.h"

namespace gateway {
namespace {

constexpr size_t kMaxQueued = 20000;
constexpr size_t kMaxQueuedBytes = 32u << 20;
constexpr size_t kMaxBatchBytes = 1u << 20;
constexpr std::chrono::milliseconds kFirstRetry{500};
constexpr std::chrono::milliseconds kLastRetry{30000};
constexpr std::chrono::seconds kPatience{2};  // at the end

EventFormat formatOf(const db::OutputConfig& config) {
  if (config.kind == "webhook") return EventFormat::Json;
  if (config.format == "cef") return EventFormat::Cef;
  return config.format == "error_log" ? EventFormat::ErrorLog : EventFormat::Json;
}

std::string hostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "-";
}

// What the record is on this output: a line each.
void appendMessages(const db::OutputConfig& config, EventFormat format, const std::string& host,
                    const std::string& record, std::vector<std::string>* out) {
  const bool framed = config.kind.starts_with("syslog");
  const std::string text = formatEvent(format, record);
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    out->push_back(framed ? syslogMessage(record, line, host) : line);
  }
}

}  // namespace

Output::Output(const db::OutputConfig& config)
    : config_(config),
      format_(formatOf(config)),
      host_(hostName()),
      transport_(Transport::make(config)),
      thread_([this] { run(); }) {}

Output::~Output() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

void Output::offer(std::string_view record) {
  if (config_.mode != "all" && db::isOrdinary(record)) return;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMaxQueued || queued_bytes_ + record.size() > kMaxQueuedBytes) {
      ++dropped_;
      return;
    }
    queued_bytes_ += record.size();
    queue_.emplace_back(record);
  }
  work_.notify_one();
}

admin::OutputStatus Output::status() const {
  const std::lock_guard lock(mutex_);
  return {config_.name, sent_, dropped_, queue_.size(), problem_};
}

void Output::run() {
  std::unique_lock lock(mutex_);
  std::chrono::milliseconds retry = kFirstRetry;
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
  while (true) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) end = std::min(end, std::chrono::steady_clock::now() + kPatience);
    if (queue_.empty() || std::chrono::steady_clock::now() >= end) return;
    const size_t taken = fillBatch();
    lock.unlock();
    std::vector<std::string> messages;
    for (const std::string& record : batch_) {
      appendMessages(config_, format_, host_, record, &messages);
    }
    const Result<void> done = transport_->sendAll(messages);
    lock.lock();
    if (done) {
      for (size_t i = 0; i < taken; ++i) {
        queued_bytes_ -= queue_.front().size();
        queue_.pop_front();
      }
      batch_.clear();
      sent_ += taken;
      problem_.clear();
      retry = kFirstRetry;
      continue;
    }
    problem_ = done.error().message;
    if (stopping_) return;
    work_.wait_for(lock, retry, [this] { return stopping_; });
    retry = std::min(2 * retry, kLastRetry);
  }
}

// A batch that failed is tried again as it was: its receiver may know it by its id.
size_t Output::fillBatch() {
  if (!batch_.empty()) return batch_.size();
  size_t bytes = 0;
  for (const std::string& record : queue_) {
    if (batch_.size() >= transport_->mostMessages()) break;
    bytes += record.size();
    if (bytes > kMaxBatchBytes && !batch_.empty()) break;
    batch_.push_back(record);
  }
  return batch_.size();
}

Result<void> testOutput(const db::OutputConfig& config) {
  waf::AuditEvent event;
  event.time = waf::Clock::system().wall();
  event.id = waf::newUlid(event.time);
  event.decision = waf::Decision::Detected;
  event.detail = "a test of this output; nothing happened";
  const std::unique_ptr<Transport> transport = Transport::make(config);
  std::vector<std::string> messages;
  appendMessages(config, formatOf(config), hostName(), waf::toAuditJson(event), &messages);
  return transport->sendAll(messages);
}

void Outputs::configure(const std::vector<db::OutputConfig>& outputs) {
  std::vector<std::unique_ptr<Output>> old;  // ended behind the lock: they may take a moment
  const std::lock_guard lock(mutex_);
  old.swap(outputs_);
  for (const db::OutputConfig& config : outputs) {
    const auto kept = std::find_if(old.begin(), old.end(), [&config](const auto& output) {
      return output && output->config() == config;
    });
    outputs_.push_back(kept != old.end() ? std::move(*kept) : std::make_unique<Output>(config));
  }
}

void Outputs::offer(std::string_view record) {
  const std::lock_guard lock(mutex_);
  for (const std::unique_ptr<Output>& output : outputs_) output->offer(record);
}

std::vector<admin::OutputStatus> Outputs::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<admin::OutputStatus> out;
  for (const std::unique_ptr<Output>& output : outputs_) out.push_back(output->status());
  return out;
}

}  // namespace gateway
