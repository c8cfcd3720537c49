#include "gateway/coding/content_encoder.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

namespace gateway {
namespace {

constexpr size_t kPiece = 16384;
constexpr int kWindowBits = 18;  // of br and zstd: 256 KB

class GzipEncoder final : public ContentEncoder {
 public:
  static std::unique_ptr<ContentEncoder> make(int level) {
    auto made = std::make_unique<GzipEncoder>();
    // 15 bits of window, and 16 for a gzip header (zlib.h).
    if (::deflateInit2(&made->stream_, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      return nullptr;
    }
    made->open_ = true;
    return made;
  }
  GzipEncoder() = default;
  ~GzipEncoder() override {
    if (open_) ::deflateEnd(&stream_);
  }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  bool encode(std::string_view data, std::string* out) override {
    return run(data, Z_NO_FLUSH, out);
  }
  bool flush(std::string* out) override { return run({}, Z_SYNC_FLUSH, out); }
  bool finish(std::string* out) override { return run({}, Z_FINISH, out); }

 private:
  bool run(std::string_view data, int how, std::string* out) {
    while (data.size() > UINT32_MAX) {  // avail_in is 32 bits wide
      if (!run(data.substr(0, 1u << 30), Z_NO_FLUSH, out)) return false;
      data.remove_prefix(1u << 30);
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    std::array<Bytef, kPiece> piece;
    do {
      stream_.next_out = piece.data();
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int result = ::deflate(&stream_, how);
      if (result == Z_STREAM_ERROR) return false;
      out->append(reinterpret_cast<const char*>(piece.data()), piece.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return true;
  }

  z_stream stream_{};
  bool open_ = false;
};

class BrotliEncoder final : public ContentEncoder {
 public:
  static std::unique_ptr<ContentEncoder> make(int level) {
    auto made = std::make_unique<BrotliEncoder>();
    if (!made->state_) return nullptr;
    const auto quality = static_cast<uint32_t>(level);
    BrotliEncoderSetParameter(made->state_.get(), BROTLI_PARAM_QUALITY, quality);
    BrotliEncoderSetParameter(made->state_.get(), BROTLI_PARAM_LGWIN, kWindowBits);
    return made;
  }
  BrotliEncoder() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {}

  bool encode(std::string_view data, std::string* out) override {
    return run(data, BROTLI_OPERATION_PROCESS, out);
  }
  bool flush(std::string* out) override { return run({}, BROTLI_OPERATION_FLUSH, out); }
  bool finish(std::string* out) override { return run({}, BROTLI_OPERATION_FINISH, out); }

 private:
  struct Delete {
    void operator()(BrotliEncoderState* state) const { BrotliEncoderDestroyInstance(state); }
  };

  bool run(std::string_view data, BrotliEncoderOperation how, std::string* out) {
    size_t in_left = data.size();
    const auto* in = reinterpret_cast<const uint8_t*>(data.data());
    do {
      size_t out_left = 0;
      if (!BrotliEncoderCompressStream(state_.get(), how, &in_left, &in, &out_left, nullptr,
                                       nullptr)) {
        return false;
      }
      size_t length = 0;
      const uint8_t* bytes = BrotliEncoderTakeOutput(state_.get(), &length);
      out->append(reinterpret_cast<const char*>(bytes), length);
    } while (in_left > 0 || BrotliEncoderHasMoreOutput(state_.get()));
    return true;
  }

  std::unique_ptr<BrotliEncoderState, Delete> state_;
};

class ZstdEncoder final : public ContentEncoder {
 public:
  static std::unique_ptr<ContentEncoder> make(int level) {
    auto made = std::make_unique<ZstdEncoder>();
    if (!made->context_) return nullptr;
    ZSTD_CCtx_setParameter(made->context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(made->context_.get(), ZSTD_c_windowLog, kWindowBits);
    return made;
  }
  ZstdEncoder() : context_(ZSTD_createCCtx()) {}

  bool encode(std::string_view data, std::string* out) override {
    return run(data, ZSTD_e_continue, out);
  }
  bool flush(std::string* out) override { return run({}, ZSTD_e_flush, out); }
  bool finish(std::string* out) override { return run({}, ZSTD_e_end, out); }

 private:
  struct Delete {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  bool run(std::string_view data, ZSTD_EndDirective how, std::string* out) {
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    std::array<char, kPiece> piece;
    for (;;) {
      ZSTD_outBuffer ready{piece.data(), piece.size(), 0};
      const size_t left = ZSTD_compressStream2(context_.get(), &ready, &in, how);
      if (ZSTD_isError(left) != 0) return false;
      out->append(piece.data(), ready.pos);
      const bool done = how == ZSTD_e_continue ? in.pos == in.size : left == 0;
      if (done) return true;
    }
  }

  std::unique_ptr<ZSTD_CCtx, Delete> context_;
};

}  // namespace

std::unique_ptr<ContentEncoder> ContentEncoder::create(std::string_view coding, int level) {
  if (coding == "gzip") return GzipEncoder::make(level);
  if (coding == "br") return BrotliEncoder::make(level);
  if (coding == "zstd") return ZstdEncoder::make(level);
  return nullptr;
}

}  // namespace gateway
