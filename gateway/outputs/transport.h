#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/config/config.h"
#include "waf/base/result.h"

namespace gateway {

using waf::Result;

// Where an output's messages go. Used by the output's thread; may block for a few seconds.
class Transport {
 public:
  virtual ~Transport() = default;
  // One message. Unavailable: try again later.
  virtual Result<void> send(std::string_view message) = 0;

  // All or, as far as the sender can tell, none.
  virtual Result<void> sendAll(const std::vector<std::string>& messages);
  // How many go well together.
  virtual size_t mostMessages() const { return 1; }

  static std::unique_ptr<Transport> make(const db::OutputConfig& config);
};

}  // namespace gateway
