#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "waf/body/body_processor.h"
#include "waf/body/charset.h"
#include "waf/engine/transaction.h"
#include "waf/engine/transaction_data.h"

namespace waf {

// A body's text. The views are into the body or into the caller's buffer.
struct BodyText {
  Charset charset = Charset::AsIs;
  std::string_view decoded;  // in UTF-8; the body itself where it is read as it is
};

// Reads the charset off the Content-Type, of JSON also off the first bytes. `error` says that the
// charset hides the text from us.
BodyText readTextOf(std::string_view content_type, std::string_view processor,
                    std::string_view body, std::string* buffer, std::string* error);

using TextParser = BodyOutcome (*)(std::string_view body, const BodyLimits& limits, BodySink& sink);
BodyOutcome parseText(const BodyText& text, std::string_view body, TextParser parser,
                      const BodyLimits& limits, BodySink& sink);
// `arguments`: SecParseXmlIntoArgs; they go to `sink`.
BodyOutcome parseXml(const BodyText& text, std::string_view body, XmlArguments arguments,
                     TransactionData* data, BodySink& sink);

// Undoes `coding` (the value of Content-Encoding) into `decoded`. False when there is nothing to
// undo or it cannot be; `too_large` when the result is larger than `limit`, of which the beginning
// is there.
struct Decoding {
  size_t limit = 0;
  uint32_t ratio = 100;
  bool cut = false;  // a limit cut the coded body off
};
bool undoCoding(std::string_view coding, std::string_view body, const Decoding& how,
                std::string* decoded, bool* too_large, std::optional<InspectionFailure>* failure);

}  // namespace waf
