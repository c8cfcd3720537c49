#pragma once

#include <cstdint>
#include <string_view>

namespace waf {

// What a block list says of a name (RFC 5782).
struct BlockListAnswer {
  enum class Kind { Unknown, NotListed, Listed };
  Kind kind = Kind::Unknown;
  uint32_t address = 0;  // 127.A.B.C, the list's reason, when listed
};

// Answers @rbl. The engine asks while a request waits, so ask() returns at once: Unknown when it
// has to find out first. waf knows no sockets; the gateway gives one, tests a fake.
class BlockListResolver {
 public:
  // No longer in use then.
  virtual ~BlockListResolver();
  // `name` is the whole DNS name, lower case: "2.0.0.127.list.example". Any thread; never blocks
  // for longer than a lock is held.
  virtual BlockListAnswer ask(std::string_view name) = 0;

  // The one that the process uses; null (every answer is Unknown) until one is given. It must
  // outlive every transaction that runs while it is in use.
  static BlockListResolver* current();
  static void use(BlockListResolver* resolver);
};

}  // namespace waf
