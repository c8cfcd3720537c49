#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "gateway/coding/coding_plan.h"
#include "gateway/coding/content_encoder.h"
#include "gateway/http1/head_writer.h"
#include "gateway/proxy/request.h"

namespace gateway {

// The content coding of an answer to this request, by the site's `compression`.
CodingPlan codingFor(const Request& request, int status, FieldSpan response,
                     std::optional<uint64_t> length);
CodingPlan codingFor(const Request& request, int status, const HeaderFields& response,
                     std::optional<uint64_t> length);
// Null: the body goes as it is.
std::unique_ptr<ContentEncoder> makeEncoder(const Request& request, const CodingPlan& plan);
// A field of the response as it reads in the coded form: the validator weak, no ranges.
void writeCoded(bool coded, std::string_view name, std::string_view value, HeadWriter* writer);
// Content-Encoding and Vary.
void writeCoding(const CodingPlan& plan, bool coded, HeadWriter* writer);

}  // namespace gateway
