#include "gateway/websocket/message_reader.h"

#include <algorithm>
#include <utility>

#include "waf/base/text.h"

//  0               1               2
//  FIN RSV×3 op×4  MASK length×7   length in 2 or 8 bytes where it is 126 or 127, key in 4
namespace gateway {
namespace {

constexpr int kContinuation = 0;
constexpr int kText = 1;
constexpr int kBinary = 2;
constexpr int kClose = 8;
constexpr int kPong = 10;
constexpr uint64_t kMostControlBytes = 125;

}  // namespace

std::string closeFrame(CloseCode code, bool masked) {
  std::string out;
  out.push_back(static_cast<char>(0x80 | kClose));
  out.push_back(static_cast<char>(masked ? 0x82 : 0x02));
  // A key of zeros leaves the bytes as they are; it hides nothing here.
  if (masked) out.append(4, '\0');
  const auto number = static_cast<uint16_t>(code);
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number & 0xff));
  return out;
}

size_t FrameHeadReader::size() const {
  if (bytes_.size() < 2) return 2;
  const int length = byte(1) & 0x7f;
  return 2 + (length == 126 ? 2u : length == 127 ? 8u : 0u) + (masked() ? 4u : 0u);
}

bool FrameHeadReader::take(std::string_view* in) {
  while (bytes_.size() < size()) {
    if (in->empty()) return false;
    bytes_.push_back(in->front());
    in->remove_prefix(1);
  }
  return true;
}

uint64_t FrameHeadReader::length() const {
  const int first = byte(1) & 0x7f;
  if (first < 126) return static_cast<uint64_t>(first);
  uint64_t out = 0;
  const size_t bytes = first == 126 ? 2 : 8;
  for (size_t i = 0; i < bytes; ++i) out = out << 8 | static_cast<uint64_t>(byte(2 + i));
  return out;
}

bool FrameHeadReader::badLength() const {
  const int first = byte(1) & 0x7f;
  if (first == 126) return length() < 126;
  if (first == 127) return length() < 65536 || (length() >> 63) != 0;
  return false;
}

std::array<char, 4> FrameHeadReader::key() const {
  std::array<char, 4> out{};
  if (masked()) std::copy(bytes_.end() - 4, bytes_.end(), out.begin());
  return out;
}

MessageReader::Status MessageReader::refuse(CloseCode code, std::string_view reason) {
  close_code_ = code;
  reason_ = reason;
  return Status::Refused;
}

bool MessageReader::checkHead() {
  const int opcode = head_.opcode();
  const auto no = [this](std::string_view reason) {
    refuse(CloseCode::Protocol, reason);
    return false;
  };
  if (head_.reserved() != 0) return no("a frame has a reserved bit, and no extension is in use");
  if (!head_.masked()) return no("a client's frame is not masked");
  if (head_.badLength()) return no("a frame's length is not in its shortest form");
  if (opcode >= kClose) {
    if (opcode > kPong) return no("a frame's opcode is not known");
    if (!head_.fin()) return no("a control frame is in pieces");
    return head_.length() <= kMostControlBytes || no("a control frame is too long");
  }
  if (opcode > kBinary) return no("a frame's opcode is not known");
  if ((opcode == kContinuation) == (message_ == Kind::None)) {
    return no("a message's frames are not in order");
  }
  if (opcode == kText) message_ = Kind::Text;
  if (opcode == kBinary) message_ = Kind::Binary;
  if (message_ == Kind::Text && head_.length() > most_bytes_ - text_.size()) {
    refuse(CloseCode::TooLarge, "a text message is longer than message_bytes");
    return false;
  }
  return true;
}

void MessageReader::takePayload(std::string_view* in, std::string* forward) {
  const auto take = static_cast<size_t>(std::min<uint64_t>(left_, in->size()));
  const std::string_view bytes = in->substr(0, take);
  in->remove_prefix(take);
  const bool of_text = head_.opcode() < kClose && message_ == Kind::Text;
  (of_text ? held_ : *forward).append(bytes);
  if (of_text) {
    const std::array<char, 4> key = head_.key();
    for (const char c : bytes) {
      text_.push_back(static_cast<char>(c ^ key[position_++ % 4]));
    }
  }
  left_ -= take;
}

MessageReader::Status MessageReader::next(std::string_view* in, std::string* forward) {
  for (;;) {
    if (!in_payload_) {
      if (!head_.take(in)) return Status::NeedMore;
      if (!checkHead()) return Status::Refused;
      const bool of_text = head_.opcode() < kClose && message_ == Kind::Text;
      (of_text ? held_ : *forward).append(head_.bytes());
      left_ = head_.length();
      position_ = 0;
      in_payload_ = true;
    }
    takePayload(in, forward);
    if (left_ > 0) return Status::NeedMore;
    const bool ends = head_.opcode() < kClose && head_.fin();
    in_payload_ = false;
    head_.reset();
    if (!ends) continue;
    const Kind kind = std::exchange(message_, Kind::None);
    if (kind != Kind::Text) continue;
    if (!waf::isValidUtf8(text_)) return refuse(CloseCode::NotUtf8, "a text message is not UTF-8");
    return Status::Message;
  }
}

void MessageReader::release(std::string* forward) {
  forward->append(held_);
  held_.clear();
  text_.clear();
}

size_t FrameTracker::toBoundary(std::string_view bytes) {
  if (atBoundary()) return 0;
  std::string_view rest = bytes;
  FrameHeadReader head = head_;
  uint64_t left = left_;
  if (!in_payload_) {
    if (!head.take(&rest)) return bytes.size();
    left = head.length();
  }
  return bytes.size() - rest.size() + static_cast<size_t>(std::min<uint64_t>(left, rest.size()));
}

void FrameTracker::take(std::string_view bytes) {
  while (!bytes.empty() || in_payload_) {
    if (!in_payload_) {
      if (!head_.take(&bytes)) return;
      left_ = head_.length();
      in_payload_ = true;
    }
    const auto taken = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
    bytes.remove_prefix(taken);
    left_ -= taken;
    if (left_ > 0) return;
    in_payload_ = false;
    head_.reset();
  }
}

}  // namespace gateway
