#include "gateway/loop/io_handle.h"

#include <sys/epoll.h>

#include <cassert>

#include "gateway/loop/event_loop.h"

namespace gateway {

IoHandle::IoHandle(EventLoop* loop, int fd) : loop_(loop), fd_(fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  attached_ = ::epoll_ctl(loop->epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

IoHandle::~IoHandle() { close(); }

void IoHandle::close() {
  if (!attached_) return;
  attached_ = false;
  // Closing the descriptor would do, were it not that a copy of it may exist.
  ::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
  if (reader_ != nullptr) reader_->complete(WaitResult::Closed);
  if (writer_ != nullptr) writer_->complete(WaitResult::Closed);
}

void IoHandle::cancelWaits() {
  if (reader_ != nullptr) reader_->complete(WaitResult::Cancelled);
  if (writer_ != nullptr) writer_->complete(WaitResult::Cancelled);
}

void IoHandle::onEvents(uint32_t events) {
  constexpr uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnd) != 0) peer_closed_ = true;
  if ((events & (EPOLLIN | kEnd)) != 0) {
    readable_ = true;
    if (reader_ != nullptr) reader_->complete(WaitResult::Ready);
  }
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    writable_ = true;
    if (writer_ != nullptr) writer_->complete(WaitResult::Ready);
  }
}

bool IoHandle::Wait::await_ready() {
  if (!handle_->attached_) {
    result_ = WaitResult::Closed;
    return true;
  }
  if ((for_read_ ? handle_->readable_ : handle_->writable_) && !loop_->stopping()) {
    result_ = WaitResult::Ready;
    return true;
  }
  return decidedAtOnce();
}

void IoHandle::Wait::await_suspend(std::coroutine_handle<> coroutine) {
  Wait*& slot = for_read_ ? handle_->reader_ : handle_->writer_;
  assert(slot == nullptr);
  slot = this;
  wait(coroutine);
}

void IoHandle::Wait::detach() noexcept {
  (for_read_ ? handle_->reader_ : handle_->writer_) = nullptr;
}

}  // namespace gateway
