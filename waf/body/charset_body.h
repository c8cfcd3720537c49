#pragma once

#include <functional>
#include <string_view>

#include "waf/body/body_processor.h"
#include "waf/body/charset.h"

namespace waf {

using BodyParser = std::function<BodyOutcome(std::string_view body, BodySink& sink)>;

// Runs a processor over a body whose charset is not AsIs. Origins differ: some ignore the charset,
// some decode the body and then parse it, some parse it and then decode each name and value. What
// any of them would see is reported, each pair once; it is an error only where none can read it.
BodyOutcome parseInCharset(Charset charset, std::string_view body, const BodyParser& parse,
                           BodySink& sink);

// A form whose charset is AsIs, and what else an origin could read in it: its "_charset_" field
// names the charset of the others (HTML standard, "naming form controls"), and a byte order mark
// before the first name is skipped by some.
BodyOutcome parseForm(std::string_view body, const BodyLimits& limits, BodySink& sink);

// Undoes a part's Content-Transfer-Encoding (RFC 2045, section 6), which some origins still do.
// False when the encoding changes nothing or is not known.
bool decodeTransferEncoding(std::string_view encoding, std::string_view content, std::string* out);

}  // namespace waf
