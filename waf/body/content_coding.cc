// gzip (RFC 1952) is read member after member, each with its checksum; "deflate" is zlib's format
// (RFC 1950) as RFC 9110 says, or a bare stream (RFC 1951) as old clients send it, told apart by
// the first two bytes; br is RFC 7932.
//
// Strict where readers differ, because a body that the origin reads another way is an attack's
// hiding place: bytes behind the end, a stream cut short, and a gzip header that holds more than a
// file's name (an origin that ignores the coding would see its text in clear) are errors.
#include "waf/body/content_coding.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "waf/base/ascii.h"
#include "waf/base/text.h"

namespace waf {
namespace {

using Status = DecodedContent::Status;

enum class Coding { Gzip, Deflate, Brotli };

// False when one of them is not known.
bool parseCodings(std::string_view text, std::vector<Coding>* out, std::string_view* unknown) {
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    const std::string_view name = trim(text.substr(start, end - start), " \t");
    start = end + 1;
    if (name.empty() || equalsIgnoreCase(name, "identity")) continue;
    *unknown = name;
    if (equalsIgnoreCase(name, "gzip") || equalsIgnoreCase(name, "x-gzip")) {
      out->push_back(Coding::Gzip);
    } else if (equalsIgnoreCase(name, "deflate")) {
      out->push_back(Coding::Deflate);
    } else if (equalsIgnoreCase(name, "br")) {
      out->push_back(Coding::Brotli);
    } else {
      return false;
    }
    if (out->size() > kMaxCodings) return false;
  }
  return true;
}

// One coding's result, held to the limits while it grows.
class Output {
 public:
  Output(size_t input, const CodingLimits& limits) : limits_(limits) {
    const uint64_t grown = static_cast<uint64_t>(input) * limits.ratio;
    most_by_ratio_ = std::max<uint64_t>(grown, limits.free_bytes);
  }

  // False at a limit; what fits is kept.
  bool append(const uint8_t* data, size_t size) {
    const uint64_t most = std::min<uint64_t>(limits_.most_bytes, most_by_ratio_);
    const uint64_t room = most - std::min<uint64_t>(most, bytes.size());
    bytes.append(reinterpret_cast<const char*>(data),
                 static_cast<size_t>(std::min<uint64_t>(room, size)));
    if (size <= room) return true;
    status = limits_.most_bytes <= most_by_ratio_ ? Status::TooLarge : Status::Expanding;
    message = status == Status::TooLarge
                  ? "larger than " + std::to_string(limits_.most_bytes) + " bytes when decoded"
                  : "more than " + std::to_string(limits_.ratio) + " times larger when decoded";
    return false;
  }
  void broken(const char* what) {
    status = Status::Broken;
    message = what;
  }

  std::string bytes;
  Status status = Status::Decoded;
  std::string message;

 private:
  const CodingLimits& limits_;
  uint64_t most_by_ratio_ = 0;
};

constexpr size_t kChunk = 16384;
using Chunk = std::array<uint8_t, kChunk>;

class Inflater {
 public:
  explicit Inflater(int window_bits) : ready_(inflateInit2(&stream_, window_bits) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Reads one stream; gives how many bytes of the input it took, or 0 after output->status says
  // why not.
  size_t run(std::string_view input, bool cut, Output* output) {
    if (!ready_ || input.size() > std::numeric_limits<uInt>::max()) {
      output->broken("too large for the memory to decode it");
      return 0;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    Chunk chunk;
    for (;;) {
      stream_.next_out = chunk.data();
      stream_.avail_out = kChunk;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (!output->append(chunk.data(), kChunk - stream_.avail_out)) return 0;
      if (result == Z_STREAM_END) return input.size() - stream_.avail_in;
      if (result == Z_OK && (stream_.avail_in > 0 || stream_.avail_out == 0)) continue;
      if (result == Z_OK || result == Z_BUF_ERROR) {
        if (!cut) output->broken("cut short");
      } else {
        output->broken("corrupt");
      }
      return 0;
    }
  }

 private:
  z_stream stream_{};
  bool ready_;
};

// The optional fields of a gzip header: no more than a file's name. What is too short to tell is
// zlib's business.
bool isPlainGzipHeader(std::string_view input) {
  constexpr unsigned kHeaderChecksum = 2;
  constexpr unsigned kName = 8;
  constexpr size_t kFixed = 10;
  if (input.size() <= kFixed) return true;
  const auto flags = static_cast<unsigned char>(input[3]);
  if ((flags & ~(1u | kHeaderChecksum | kName)) != 0) return false;
  if ((flags & kName) == 0) return true;
  const std::string_view name = input.substr(kFixed, input.find('\0', kFixed) - kFixed);
  return name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
           return isLetter(c) || isDigit(c) ||
                  std::string_view("._- ").find(c) != std::string::npos;
         });
}

void gunzip(std::string_view input, bool cut, Output* output) {
  do {
    if (!isPlainGzipHeader(input)) return output->broken("with a header that hides text");
    Inflater inflater(15 + 16);
    const size_t taken = inflater.run(input, cut, output);
    if (taken == 0) return;
    input.remove_prefix(taken);
  } while (input.size() >= 2 && input.substr(0, 2) == "\x1f\x8b");
  if (!input.empty() && !(cut && input.size() < 2)) output->broken("followed by other bytes");
}

void inflateDeflate(std::string_view input, bool cut, Output* output) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(input[at]); };
  const bool zlib =
      input.size() >= 2 && (byte(0) & 15) == 8 && (byte(0) * 256u + byte(1)) % 31 == 0;
  Inflater inflater(zlib ? 15 : -15);
  const size_t taken = inflater.run(input, cut, output);
  if (taken != 0 && taken != input.size()) output->broken("followed by other bytes");
}

struct DestroyDecoder {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

void decodeBrotli(std::string_view input, bool cut, Output* output) {
  const std::unique_ptr<BrotliDecoderState, DestroyDecoder> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!state) return output->broken("too large for the memory to decode it");
  size_t available = input.size();
  const auto* next = reinterpret_cast<const uint8_t*>(input.data());
  Chunk chunk;
  for (;;) {
    uint8_t* out = chunk.data();
    size_t room = kChunk;
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state.get(), &available, &next, &room, &out, nullptr);
    if (!output->append(chunk.data(), kChunk - room)) return;
    switch (result) {
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        continue;
      case BROTLI_DECODER_RESULT_SUCCESS:
        if (available > 0) output->broken("followed by other bytes");
        return;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        if (!cut) output->broken("cut short");
        return;
      default:
        return output->broken("corrupt");
    }
  }
}

std::string_view nameOf(Coding coding) {
  return coding == Coding::Gzip ? "gzip" : coding == Coding::Deflate ? "deflate" : "br";
}

}  // namespace

DecodedContent decodeContent(std::string_view content_encoding, std::string_view body,
                             const CodingLimits& limits, bool cut) {
  DecodedContent out;
  std::vector<Coding> codings;
  std::string_view unknown;
  if (!parseCodings(content_encoding, &codings, &unknown)) {
    out.status = Status::Unknown;
    out.message =
        codings.size() > kMaxCodings
            ? "more content codings than " + std::to_string(kMaxCodings)
            : "content coding \"" + toPrintableUtf8(unknown.substr(0, 64)) + "\" is not known";
    return out;
  }
  if (codings.empty() || body.empty()) return out;
  std::string_view input = body;
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    // By the body as it was sent: codings multiply.
    Output output(body.size(), limits);
    if (*coding == Coding::Gzip) {
      gunzip(input, cut, &output);
    } else if (*coding == Coding::Deflate) {
      inflateDeflate(input, cut, &output);
    } else {
      decodeBrotli(input, cut, &output);
    }
    out.bytes = std::move(output.bytes);
    out.status = output.status;
    if (out.status != Status::Decoded) {
      out.message = std::string(nameOf(*coding)) + " body is " + output.message;
      // The beginning of what is coded once more is no text.
      if (coding + 1 != codings.rend()) out.bytes.clear();
      return out;
    }
    input = out.bytes;
  }
  return out;
}

bool isKnownCoding(std::string_view content_encoding) {
  std::vector<Coding> codings;
  std::string_view unknown;
  return parseCodings(content_encoding, &codings, &unknown);
}

}  // namespace waf
