#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gateway {

// Why a WebSocket is closed (RFC 6455, 7.4.1).
enum class CloseCode : uint16_t {
  Protocol = 1002,
  NotUtf8 = 1007,
  Policy = 1008,
  TooLarge = 1009,
};

// A Close frame. `masked`: as a client sends it, to the upstream.
std::string closeFrame(CloseCode code, bool masked);

// The head of one frame (RFC 6455, 5.2), read byte by byte.
class FrameHeadReader {
 public:
  // Takes bytes from the front of *in; true when the head is complete.
  bool take(std::string_view* in);
  void reset() { *this = FrameHeadReader(); }

  const std::string& bytes() const { return bytes_; }  // as received
  bool fin() const { return (byte(0) & 0x80) != 0; }
  int reserved() const { return byte(0) & 0x70; }
  int opcode() const { return byte(0) & 0x0f; }
  bool masked() const { return (byte(1) & 0x80) != 0; }
  uint64_t length() const;
  // The length stands in more bytes than it needs, or has its highest bit set.
  bool badLength() const;
  std::array<char, 4> key() const;

 private:
  int byte(size_t at) const { return static_cast<unsigned char>(bytes_[at]); }
  size_t size() const;

  std::string bytes_;
};

// What a client sends on a WebSocket, message by message: frames of text are kept back until their
// message is whole and was looked at, all others go on at once. Strict, since what it cannot tell
// apart the upstream might. Extensions are not in use. One per tunnel, used on the loop's thread.
class MessageReader {
 public:
  enum class Status {
    NeedMore,  // *in is empty
    Message,   // text() is there: release() its frames, or close
    Refused,   // closeCode() and reason() tell why
  };

  explicit MessageReader(size_t most_bytes) : most_bytes_(most_bytes) {}

  // Takes bytes from the front of *in; what goes on is appended to *forward.
  Status next(std::string_view* in, std::string* forward);
  const std::string& text() const { return text_; }
  // The frames of the message that was looked at go on as they came.
  void release(std::string* forward);

  CloseCode closeCode() const { return close_code_; }
  std::string_view reason() const { return reason_; }

 private:
  enum class Kind { None, Text, Binary };

  Status refuse(CloseCode code, std::string_view reason);
  bool checkHead();
  void takePayload(std::string_view* in, std::string* forward);

  const size_t most_bytes_;
  FrameHeadReader head_;
  bool in_payload_ = false;
  uint64_t left_ = 0;          // of the payload
  uint64_t position_ = 0;      // within it, for the mask
  Kind message_ = Kind::None;  // under way
  std::string held_;
  std::string text_;
  CloseCode close_code_ = CloseCode::Protocol;
  std::string_view reason_;
};

// Where the frames of the other direction end, so that one of ours can stand between two.
class FrameTracker {
 public:
  // How many bytes of `bytes` belong to the frame that is under way; all of them when it does not
  // end there.
  size_t toBoundary(std::string_view bytes);
  void take(std::string_view bytes);
  bool atBoundary() const { return !in_payload_ && head_.bytes().empty(); }

 private:
  FrameHeadReader head_;
  bool in_payload_ = false;
  uint64_t left_ = 0;
};

}  // namespace gateway
