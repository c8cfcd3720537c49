#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "waf/body/body_processor.h"
#include "waf/body/charset.h"
#include "waf/body/second_reading.h"
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

// One way to read a body. `text` is of `body` in its charset.
struct BodyReading {
  std::string_view processor;  // URLENCODED, MULTIPART, JSON; any other reads nothing
  std::string_view content_type;
  std::string_view body;
  BodyText text;
  bool untyped_post = false;  // a POST without a Content-Type, which Rack reads as a form
};
BodyOutcome parseReading(const BodyReading& reading, const BodyLimits& limits, BodySink& sink);
// `arguments`: SecParseXmlIntoArgs; they go to `sink`.
BodyOutcome parseXml(const BodyText& text, std::string_view body, XmlArguments arguments,
                     TransactionData* data, BodySink& sink);

// The same body as an origin reads it that ignores its content coding: reports what `sink` has not
// had. `broken`: the coding could not be undone, so that nothing but this may be the body.
BodyOutcome parseAsSent(const BodyReading& decoded, std::string_view sent, bool broken,
                        const BodyLimits& limits, SecondReadingSink& sink);

// XML has one document: one that is readable both ways is an error, `decoded` is the first
// reading's outcome.
BodyOutcome parseXmlAsSent(const BodyReading& reading, const BodyOutcome& decoded,
                           std::string_view sent, XmlArguments arguments, TransactionData* data,
                           BodySink& sink);

// REQUEST_BODY: the text, and below it what else can be read in the bytes as they were sent. A view
// into `text` or into `buffer`.
std::string_view textOfAllReadings(const BodyReading& decoded, std::string_view sent,
                                   std::string* buffer);

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
