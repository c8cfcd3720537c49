#include "gateway/loop/io_handle.h"

#include <sys/epoll.h>

#include "gateway/loop/event_loop.h"

namespace gateway {

namespace {

constexpr uint32_t kReads = EPOLLIN | EPOLLRDHUP | EPOLLET;

}  // namespace

IoHandle::IoHandle(EventLoop* loop, int fd) : loop_(loop), fd_(fd) {
  epoll_event event{};
  event.events = kReads;
  event.data.ptr = this;
  attached_ = ::epoll_ctl(loop->epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

IoHandle::~IoHandle() { close(); }

// The change is told at once if there is room by now. Without memory for it nobody would ever tell:
// the connection counts as broken.
void IoHandle::watchWrites() {
  epoll_event event{};
  event.events = kReads | EPOLLOUT;
  event.data.ptr = this;
  watches_writes_ = !attached_ || ::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_MOD, fd_, &event) == 0;
  if (!watches_writes_) close();
}

void IoHandle::close() {
  if (!attached_) return;
  attached_ = false;
  // Closing the descriptor would do, were it not that a copy of it may exist.
  ::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
  completeAll(reader_, WaitResult::Closed);
  completeAll(writer_, WaitResult::Closed);
}

void IoHandle::completeAll(Wait*& first, WaitResult result) {
  while (first != nullptr) first->complete(result);
}

void IoHandle::cancelWaits() {
  completeAll(reader_, WaitResult::Cancelled);
  completeAll(writer_, WaitResult::Cancelled);
}

void IoHandle::cancelReads() { completeAll(reader_, WaitResult::Cancelled); }

void IoHandle::onEvents(uint32_t events) {
  constexpr uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnd) != 0) peer_closed_ = true;
  if ((events & (EPOLLIN | kEnd)) != 0) {
    readable_ = true;
    completeAll(reader_, WaitResult::Ready);
  }
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    writable_ = true;
    completeAll(writer_, WaitResult::Ready);
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
  next_on_handle_ = first();
  first() = this;
  wait(coroutine);
}

void IoHandle::Wait::detach() noexcept {
  Wait** at = &first();
  while (*at != this) at = &(*at)->next_on_handle_;
  *at = next_on_handle_;
}

}  // namespace gateway
