#include "gateway/net/read_proxy_head.h"

#include <array>

namespace gateway {

// What is behind the head belongs to TLS or HTTP, which read the socket themselves: so the bytes
// are looked at where they are, and only the head's own are taken.
Task<ProxyHeadRead> readProxyHead(Socket* socket, Deadline deadline) {
  ProxyHeadRead out;
  std::array<char, kMaxProxyHead> block;
  size_t seen_before = 0;
  for (;;) {
    const IoResult seen = socket->tryPeek(block);
    if (!seen.ok() && seen.status != IoStatus::WantRead) {
      out.status = seen.status;
      out.why = describe(seen);
      co_return out;
    }
    if (seen.ok()) {
      std::string_view why;
      const ProxyHeadStatus status = parseProxyHead({block.data(), seen.bytes}, &out.head, &why);
      if (status == ProxyHeadStatus::Complete) {
        static_cast<void>(socket->tryRead({block.data(), out.head.bytes}));
        co_return out;
      }
      if (status == ProxyHeadStatus::Refused) {
        out.status = IoStatus::Failed;
        out.why = why;
        co_return out;
      }
      if (socket->handle().peerClosed()) {
        // Once more, for what came between the look and the end.
        if (seen.bytes > seen_before) {
          seen_before = seen.bytes;
          continue;
        }
        out.status = IoStatus::Failed;
        out.why = "closed within the head";
        co_return out;
      }
      seen_before = seen.bytes;
      // Those bytes wake nobody again; the next ones do.
      socket->handle().clearReadable();
    }
    const WaitResult waited = co_await socket->handle().waitReadable(deadline);
    if (waited != WaitResult::Ready) {
      out.status = toIoStatus(waited);
      out.why = describe({out.status});
      co_return out;
    }
  }
}

}  // namespace gateway
