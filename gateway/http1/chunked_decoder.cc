#include "gateway/http1/chunked_decoder.h"

#include <algorithm>

#include "gateway/http1/grammar.h"
#include "waf/base/hex.h"
#include "waf/base/text.h"

// chunked-body = *chunk last-chunk trailer-section CRLF
// chunk = 1*HEXDIG [ chunk-ext ] CRLF chunk-data CRLF; last-chunk = 1*"0" [ chunk-ext ] CRLF
// chunk-ext = *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
namespace gateway {

namespace {

constexpr size_t kLongestLine = 4096;
// Of one message: extensions could otherwise make a body cost a hundred times its size.
constexpr size_t kMostExtensionBytes = 16384;
constexpr size_t kMostTrailerBytes = 16384;
// Senders chunk by their buffers; a chunk of gigabytes is a probe for integer overflows.
constexpr uint64_t kLargestChunk = 0x7fffffff;

void skipSpace(std::string_view* text) {
  while (!text->empty() && (text->front() == ' ' || text->front() == '\t')) text->remove_prefix(1);
}

bool skipToken(std::string_view* text) {
  size_t length = 0;
  while (length < text->size() && isTokenByte((*text)[length])) ++length;
  text->remove_prefix(length);
  return length > 0;
}

bool skipQuoted(std::string_view* text) {
  for (size_t i = 1; i < text->size(); ++i) {
    if ((*text)[i] == '\\') {
      ++i;
    } else if ((*text)[i] == '"') {
      text->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool validExtensions(std::string_view text) {
  while (!text.empty()) {
    skipSpace(&text);
    if (!text.starts_with(';')) return false;
    text.remove_prefix(1);
    skipSpace(&text);
    if (!skipToken(&text)) return false;
    std::string_view value = text;
    skipSpace(&value);
    if (!value.starts_with('=')) continue;
    value.remove_prefix(1);
    skipSpace(&value);
    if (!(value.starts_with('"') ? skipQuoted(&value) : skipToken(&value))) return false;
    text = value;
  }
  return true;
}

bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

}  // namespace

ChunkedDecoder::Status ChunkedDecoder::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return Status::Refused;
}

ChunkedDecoder::Status ChunkedDecoder::readLine(std::string_view in, size_t from,
                                                std::string_view* line) {
  in.remove_prefix(from);
  size_t at = scanned_;
  while (at < in.size() && !isControl(in[at])) ++at;
  scanned_ = at;
  if (at > kLongestLine) return refuse(400, "A line of the chunked body is too long.");
  if (at == in.size() || (in[at] == '\r' && at + 1 == in.size())) return Status::NeedMore;
  if (in[at] != '\r' || in[at + 1] != '\n') {
    return refuse(400, "A line of the chunked body does not end in CRLF.");
  }
  *line = in.substr(0, at);
  scanned_ = 0;
  return Status::Data;
}

ChunkedDecoder::Status ChunkedDecoder::takeSizeLine(std::string_view line) {
  size_t digits = 0;
  uint64_t size = 0;
  while (digits < line.size() && waf::hexDigit(line[digits]) >= 0) {
    size = size * 16 + static_cast<uint64_t>(waf::hexDigit(line[digits]));
    if (size > kLargestChunk) return refuse(400, "A chunk's size is too large.");
    ++digits;
  }
  if (digits == 0) return refuse(400, "A chunk's size is not a hexadecimal number.");
  const std::string_view extensions = line.substr(digits);
  extension_bytes_ += extensions.size();
  if (!validExtensions(extensions)) return refuse(400, "A chunk's size line is invalid.");
  if (extension_bytes_ > kMostExtensionBytes) {
    return refuse(400, "The chunked body has too many extensions.");
  }
  remaining_ = size;
  state_ = size == 0 ? State::Trailer : State::Data;
  return Status::Data;
}

ChunkedDecoder::Status ChunkedDecoder::takeTrailerLine(std::string_view line) {
  if (line.empty()) {
    state_ = State::Done;
    return Status::Done;
  }
  trailer_bytes_ += line.size() + 2;
  if (trailer_bytes_ > kMostTrailerBytes) return refuse(431, "The trailer section is too large.");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !isToken(line.substr(0, colon))) {
    return refuse(400, "A trailer field is invalid.");
  }
  const std::string_view name = line.substr(0, colon);
  if (mayForwardTrailer(name)) {
    trailers_.emplace_back(name, waf::trim(line.substr(colon + 1), " \t"));
  }
  return Status::Data;
}

ChunkedDecoder::Status ChunkedDecoder::decode(std::string_view in, size_t* consumed,
                                              std::string_view* data) {
  *consumed = 0;
  *data = {};
  while (state_ != State::Done) {
    if (state_ == State::Data) {
      const auto take = static_cast<size_t>(std::min<uint64_t>(remaining_, in.size() - *consumed));
      if (take == 0) return Status::NeedMore;
      *data = in.substr(*consumed, take);
      *consumed += take;
      remaining_ -= take;
      if (remaining_ == 0) state_ = State::DataEnd;
      return Status::Data;
    }
    if (state_ == State::DataEnd && *consumed < in.size() && in[*consumed] != '\r') {
      return refuse(400, "A chunk is longer than its size says.");
    }
    std::string_view line;
    Status status = readLine(in, *consumed, &line);
    if (status != Status::Data) return status;
    if (state_ == State::DataEnd) {
      if (!line.empty()) return refuse(400, "A chunk is longer than its size says.");
      state_ = State::Size;
    } else {
      status = state_ == State::Size ? takeSizeLine(line) : takeTrailerLine(line);
      if (status == Status::Refused) return status;
    }
    *consumed += line.size() + 2;
  }
  return Status::Done;
}

}  // namespace gateway
