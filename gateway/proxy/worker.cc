#include "gateway/proxy/worker.h"

#include "gateway/cache/http_date.h"
#include "gateway/proxy/client_connection.h"

namespace gateway {

const std::string& Worker::httpDate() {
  const auto second =
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
  if (second != date_second_) {
    date_second_ = second;
    date_ = formatHttpDate(second);
  }
  return date_;
}

void Worker::retire() {
  draining = true;
  for (ClientConnection* connection : client_connections) connection->retire();
}

void Worker::drain() {
  draining = true;
  ending = true;
  for (ClientConnection* connection : client_connections) connection->drain();
}

}  // namespace gateway
