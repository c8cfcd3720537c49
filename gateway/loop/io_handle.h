#pragma once

#include <coroutine>
#include <cstdint>

#include "gateway/loop/waiter.h"

namespace gateway {

class EventLoop;

// Readiness of one descriptor in a loop's epoll, edge-triggered: registered for what can be read,
// and from the first write that found no room on for both directions (a new socket is writable,
// which epoll would tell at once, for nothing). The flags say "not known to block": callers try the
// system call first, clear the flag on EAGAIN, and wait only then. Owned by the socket that owns
// the descriptor (it must live as long); used on the loop's thread; at most one reader and one
// writer wait at a time. Destroying or closing it resumes them with Closed.
class IoHandle {
 public:
  // The descriptor must be non-blocking. attached() is false when epoll had no room.
  IoHandle(EventLoop* loop, int fd);
  ~IoHandle();
  IoHandle(const IoHandle&) = delete;
  IoHandle& operator=(const IoHandle&) = delete;

  bool attached() const { return attached_; }
  EventLoop& loop() const { return *loop_; }

  bool readable() const { return readable_; }
  bool writable() const { return writable_; }
  // The peer has closed its side, or the connection broke. Bytes may still be unread.
  bool peerClosed() const { return peer_closed_; }

  void clearReadable() { readable_ = false; }
  void clearWritable() {
    writable_ = false;
    if (!watches_writes_) watchWrites();
  }
  // After a read that filled less than it could: nothing is left unless the end of the stream is
  // (epoll(7), Q9).
  void drainedByShortRead() { readable_ = peer_closed_; }
  // A write met the end of the connection before epoll told of it. What came before it can be read.
  void foundBroken() { readable_ = peer_closed_ = true; }

  class Wait;
  Wait waitReadable(Deadline deadline);
  Wait waitWritable(Deadline deadline);

  // Resumes whoever waits now with Cancelled; later waits are not concerned.
  void cancelWaits();
  // Only whoever waits to read.
  void cancelReads();
  // Unregisters; whoever waits now or later gets Closed. The owner closes the descriptor after it.
  void close();

 private:
  friend class EventLoop;
  void onEvents(uint32_t events);
  void watchWrites();
  static void completeAll(Wait*& first, WaitResult result);

  EventLoop* loop_;
  int fd_;
  Wait* reader_ = nullptr;
  Wait* writer_ = nullptr;
  bool attached_ = false;
  bool readable_ = true;
  bool writable_ = true;
  bool peer_closed_ = false;
  bool watches_writes_ = false;
};

class IoHandle::Wait final : public Waiter {
 public:
  Wait(IoHandle* handle, bool for_read, Deadline deadline)
      : Waiter(handle->loop_, deadline), handle_(handle), for_read_(for_read) {}
  bool await_ready();
  void await_suspend(std::coroutine_handle<> coroutine);

 private:
  void detach() noexcept override;

  friend class IoHandle;
  Wait*& first() { return for_read_ ? handle_->reader_ : handle_->writer_; }

  IoHandle* handle_;
  Wait* next_on_handle_ = nullptr;
  bool for_read_;
};

inline IoHandle::Wait IoHandle::waitReadable(Deadline deadline) {
  return Wait(this, true, deadline);
}
inline IoHandle::Wait IoHandle::waitWritable(Deadline deadline) {
  return Wait(this, false, deadline);
}

}  // namespace gateway
