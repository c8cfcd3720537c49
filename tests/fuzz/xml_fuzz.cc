// XML: parsed and asked with the expressions that rule sets use. Invariants: what comes out is
// bounded by the body and the budget for entities, whatever the document declares.
#include <cstdint>
#include <string>

#include "tests/fuzz/counting_sink.h"
#include "waf/body/xml_document.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = waf::viewOf(data, size);
  const auto document = waf::XmlDocument::parse(body);
  if (!document) {
    require(!document.error().message.empty());
    return 0;
  }
  constexpr size_t kMost = (16u << 20) + (2u << 20);
  for (const char* xpath : {"/*", "//@*", "//*[local-name()='b']/text()", "//p:a/@x"}) {
    size_t total = 0;
    for (const std::string& value : document->select(xpath, {{"p", "urn:p"}})) {
      total += value.size();
    }
    require(total <= kMost);
    // Without a declaration nothing grows: each byte is under few elements of a selection.
    if (body.find("<!") == std::string_view::npos && std::string_view(xpath) == "//@*") {
      require(total <= body.size());
    }
  }
  return 0;
}
