// The body processors: the first byte chooses one, the rest is the body. Invariants: no crash, no
// more arguments than the limit allows, nothing larger than what was sent comes out of one
// argument.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/require.h"
#include "waf/body/body_processor.h"
#include "waf/body/xml_document.h"

namespace {

class CountingSink final : public waf::BodySink {
 public:
  CountingSink(size_t limit, size_t body_size) : limit_(limit), body_size_(body_size) {}
  bool addArgument(std::string_view, std::string_view value) override {
    require(value.size() <= body_size_);
    return ++arguments_ <= limit_;
  }
  void addFile(std::string_view, std::string_view, std::string_view content) override {
    require(content.size() <= body_size_);
  }
  void addPartHeader(std::string_view, std::string_view) override {}
  void addPart(std::string_view, std::string_view) override {}
  void setFlag(std::string_view variable, std::string_view) override { require(!variable.empty()); }
  size_t arguments() const { return arguments_; }

 private:
  size_t limit_;
  size_t body_size_;
  size_t arguments_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  waf::BodyLimits limits;
  limits.arguments = 100;
  limits.json_depth = 32;
  CountingSink sink(limits.arguments, body.size());
  switch (data[0] % 5) {
    case 0:
      waf::parseUrlEncoded(body, limits, sink);
      break;
    case 1:
      waf::parseMultipart(body, "multipart/form-data; boundary=x", limits, sink);
      break;
    case 2:
      waf::parseJson(body, limits, sink);
      break;
    case 3:
      waf::parseCookies(body, sink);
      break;
    default: {
      const auto document = waf::XmlDocument::parse(body);
      if (document) (void)document->select("//@*|/*", {});
    }
  }
  require(data[0] % 5 > 2 || sink.arguments() <= limits.arguments + 1);
  return 0;
}
