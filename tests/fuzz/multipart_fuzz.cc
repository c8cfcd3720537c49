// The first line is the Content-Type, the rest the body. Invariants: contents are views into the
// body and do not overlap (but for those that are decoded, which come last), an error is a strict
// error, every flag is set, limits hold.
#include <cstdint>
#include <string>

#include "tests/fuzz/counting_sink.h"

namespace {

constexpr uint32_t kArguments = 20;
constexpr uint32_t kFiles = 5;

class MultipartSink final : public waf::CountingSink {
 public:
  explicit MultipartSink(std::string_view body) : CountingSink(kArguments), body_(body) {}

  bool addArgument(std::string_view name, std::string_view value) override {
    follow(value);
    return CountingSink::addArgument(name, value);
  }
  void addFile(std::string_view field, std::string_view filename,
               std::string_view content) override {
    require(!filename.empty());
    follow(content);
    CountingSink::addFile(field, filename, content);
  }
  void setFlag(std::string_view variable, std::string_view value) override {
    CountingSink::setFlag(variable, value);
    require(value == "0" || value == "1" || value == "2");
    if (variable == "MULTIPART_STRICT_ERROR") strict_error = value == "1";
  }
  bool strict_error = false;

 private:
  void follow(std::string_view content) {
    if (content.empty()) return;
    if (!waf::liesWithin(content, body_)) {
      decoded_ = true;
      return;
    }
    require(!decoded_);
    const auto start = static_cast<size_t>(content.data() - body_.data());
    require(start >= end_);
    end_ = start + content.size();
  }

  std::string_view body_;
  size_t end_ = 0;
  bool decoded_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view body = waf::viewOf(data, size);
  const size_t line = body.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view type = body.substr(0, line);
  body.remove_prefix(line + 1);
  waf::BodyLimits limits;
  limits.arguments = kArguments;
  limits.upload_files = kFiles;
  limits.further_files = kArguments;
  MultipartSink sink(body);
  const waf::BodyOutcome outcome = waf::parseMultipart(body, type, limits, sink);
  require(outcome.error == !outcome.message.empty());
  require(!outcome.error || sink.strict_error);
  // Past their limit files are listed as far as there may be arguments. A part is read in at most
  // four ways: in a charset, without its transfer encoding, with its names decoded.
  require(sink.files <= 4 * (kFiles + kArguments));
  require(sink.arguments + sink.files <= 4 * sink.parts);
  require(sink.part_header_bytes <= body.size());
  require(body.empty() ? sink.flags == 0 : sink.flags >= 14);
  return 0;
}
