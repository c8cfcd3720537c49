#include "gateway/loop/io_batch.h"

#include <liburing.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace gateway {
namespace {

// An operation in a ring costs some of what it saves: less than this, and it is not worth it.
constexpr std::chrono::nanoseconds kDearCall{400};

std::chrono::nanoseconds costOfACall() {
  constexpr int kCalls = 200;
  auto best = std::chrono::nanoseconds::max();
  for (int round = 0; round < 3; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) ::syscall(SYS_getppid);
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
  }
  return best / kCalls;
}

bool isWanted() {
  const char* const said = std::getenv("PORTCULLIS_IO_URING");
  if (said != nullptr) return std::string_view(said) == "on";
  static const bool dear = costOfACall() >= kDearCall;
  return dear;
}

ssize_t doNow(const IoBatch::Operation& operation) {
  ssize_t result = 0;
  do {
    switch (operation.kind) {
      case IoBatch::Operation::Kind::Receive:
        result = ::recv(operation.fd, operation.buffer, operation.size, operation.flags);
        break;
      case IoBatch::Operation::Kind::Send:
        result = ::send(operation.fd, operation.buffer, operation.size, operation.flags);
        break;
      case IoBatch::Operation::Kind::SendMessage:
        result = ::sendmsg(operation.fd, operation.message, operation.flags);
        break;
    }
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

}  // namespace

struct IoBatch::Ring {
  io_uring ring{};
  bool made = false;
  ~Ring() {
    if (made) ::io_uring_queue_exit(&ring);
  }
};

std::unique_ptr<IoBatch> IoBatch::create() {
  if (!isWanted()) return nullptr;
  auto ring = std::make_unique<Ring>();
  io_uring_params parameters{};
  parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;  // Linux 6.1
  if (::io_uring_queue_init_params(kEntries, &ring->ring, &parameters) != 0) return nullptr;
  ring->made = true;
  static_cast<void>(::io_uring_register_ring_fd(&ring->ring));
  return std::unique_ptr<IoBatch>(new IoBatch(std::move(ring)));
}

IoBatch::IoBatch(std::unique_ptr<Ring> ring)
    : ring_(std::move(ring)), room_(std::make_unique_for_overwrite<char[]>(kRoom)) {}

IoBatch::~IoBatch() = default;

char* IoBatch::room(size_t bytes) {
  if (bytes > kRoom - used_) return nullptr;
  return room_.get() + std::exchange(used_, used_ + bytes);
}

void IoBatch::run(std::vector<std::coroutine_handle<>>* done) {
  for (size_t first = 0; first < queued_.size(); first += kEntries) {
    runTogether(first, std::min<size_t>(kEntries, queued_.size() - first));
  }
  for (const Operation* operation : queued_) done->push_back(operation->waiter);
  queued_.clear();
  used_ = 0;
}

void IoBatch::runTogether(size_t first, size_t count) {
  Operation** const operations = queued_.data() + first;
  if (count == 1) {
    if (operations[0]->fd >= 0) operations[0]->result = doNow(*operations[0]);
    return;
  }
  io_uring* const ring = &ring_->ring;
  unsigned submitted = 0;
  for (size_t i = 0; i < count; ++i) {
    Operation& operation = *operations[i];
    operation.result = -EINTR;
    io_uring_sqe* const entry = operation.fd < 0 ? nullptr : ::io_uring_get_sqe(ring);
    if (entry == nullptr) continue;
    // With MSG_DONTWAIT the kernel does not arm a wait where there is nothing yet: EAGAIN.
    const int flags = operation.flags | MSG_DONTWAIT;
    switch (operation.kind) {
      case Operation::Kind::Receive:
        ::io_uring_prep_recv(entry, operation.fd, operation.buffer, operation.size, flags);
        break;
      case Operation::Kind::Send:
        ::io_uring_prep_send(entry, operation.fd, operation.buffer, operation.size, flags);
        break;
      case Operation::Kind::SendMessage:
        ::io_uring_prep_sendmsg(entry, operation.fd, operation.message,
                                static_cast<unsigned>(flags));
        break;
    }
    ::io_uring_sqe_set_data(entry, &operation);
    ++submitted;
  }
  together_ += submitted;
  // An operation must not outlive this call: its memory is its waiter's.
  for (unsigned seen = 0; seen < submitted;) {
    static_cast<void>(::io_uring_submit_and_wait(ring, submitted - seen));
    unsigned head = 0;
    unsigned found = 0;
    io_uring_cqe* entry = nullptr;
    io_uring_for_each_cqe(ring, head, entry) {
      static_cast<Operation*>(::io_uring_cqe_get_data(entry))->result = entry->res;
      ++found;
    }
    ::io_uring_cq_advance(ring, found);
    seen += found;
  }
}

}  // namespace gateway
