#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace gateway {

// Reads and writes of many sockets in one call of the kernel (io_uring(7)). Nothing is left to the
// kernel beyond that call: each operation is done, or would have to wait, when it returns, as with
// recv(2) and send(2). What it saves is the way into the kernel and back, which in virtual machines
// may cost as much as the operation. Used by one loop on its thread, which also creates it.
class IoBatch {
 public:
  // Null where the kernel has no io_uring or does not let us have it, and where a system call is so
  // cheap that nothing would be gained (measured once). PORTCULLIS_IO_URING=on or off in the
  // environment decides without a measurement.
  static std::unique_ptr<IoBatch> create();
  ~IoBatch();
  IoBatch(const IoBatch&) = delete;
  IoBatch& operator=(const IoBatch&) = delete;

  // Lives in the coroutine that waits for it.
  struct Operation {
    enum class Kind : uint8_t { Receive, Send, SendMessage };
    Kind kind = Kind::Receive;
    int flags = 0;
    int fd = -1;  // made -1 where the socket is closed before its turn
    void* buffer = nullptr;
    size_t size = 0;
    const msghdr* message = nullptr;
    std::coroutine_handle<> waiter;
    ssize_t result = 0;  // bytes, or an errno with a minus
  };
  void add(Operation* operation) { queued_.push_back(operation); }
  bool empty() const { return queued_.empty(); }
  // Does all that were added and appends who waits for them to `done`, in their order.
  void run(std::vector<std::coroutine_handle<>>* done);

  // How many operations went with others so far.
  uint64_t together() const { return together_; }
  // Memory that lives until run() has returned; null when there is no more.
  char* room(size_t bytes);

 private:
  struct Ring;
  static constexpr unsigned kEntries = 256;
  static constexpr size_t kRoom = 128 * 1024;

  explicit IoBatch(std::unique_ptr<Ring> ring);
  void runTogether(size_t first, size_t count);

  std::unique_ptr<Ring> ring_;
  std::vector<Operation*> queued_;
  std::unique_ptr<char[]> room_;
  size_t used_ = 0;
  uint64_t together_ = 0;
};

}  // namespace gateway
