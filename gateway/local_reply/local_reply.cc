#include "gateway/local_reply/local_reply.h"

#include <algorithm>
#include <charconv>

#include "gateway/http1/head_writer.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

struct Text {
  std::string_view title;
  std::string_view explanation;
  std::string_view advice;
};

Text textOf(int status, waf::Reason reason) {
  constexpr std::string_view kTellOwner =
      "If you think that this is a mistake, tell the owner of the site and give the id below.";
  switch (reason) {
    case waf::Reason::Waf:
      return {"Request blocked", "The site's protection took this request for an attack.",
              kTellOwner};
    case waf::Reason::Access:
      return {"Access refused", "This site does not accept requests from your network.",
              kTellOwner};
    case waf::Reason::Rate:
      return {"Too many requests", "Your network sent more requests than this site allows.",
              "Wait a moment, then try again."};
    case waf::Reason::Fault:
      return {
          "Request not checked", "The request could not be inspected, so it was not let through.",
          "Try again in a moment. If it happens again, tell the owner of the site the id below."};
    default:
      break;
  }
  switch (status) {
    case 404:
      return {"Nothing here", "There is nothing at this address.",
              "Check the address for a typing error."};
    case 405:
      return {"Method not allowed", "The site does not accept this kind of request.", kTellOwner};
    case 408:
      return {"Request timed out", "The request did not arrive in time.", "Try again."};
    case 413:
      return {"Request too large", "The request carries more than this site accepts.",
              "Send less at once, or ask the owner of the site."};
    case 414:
      return {"Address too long", "The address of the request is longer than this site accepts.",
              kTellOwner};
    case 417:
      return {"Expectation failed", "The request expects something that cannot be met.",
              kTellOwner};
    case 421:
      return {"Wrong address", "This site is not served at this address.",
              "Check the address for a typing error."};
    case 431:
      return {"Request header too large", "The request's header is larger than this site accepts.",
              "Delete the cookies of this site, then try again."};
    case 502:
      return {"Site not reachable", "The server behind this address gave no usable answer.",
              "Try again in a moment. The owner of the site can find the cause by the id below."};
    case 503:
      return {"Site not available", "The server behind this address is not available now.",
              "Try again in a moment."};
    case 504:
      return {"Site answers too slowly", "The server behind this address did not answer in time.",
              "Try again in a moment. The owner of the site can find the cause by the id below."};
    default:
      break;
  }
  if (status >= 500)
    return {"Something went wrong", "The request could not be answered.", "Try again in a moment."};
  return {"Request not accepted", "The request is not valid and was not passed on.", kTellOwner};
}

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--b:#f6f7f9;--c:#fff;--t:#1b1f24;--m:#57606a;--l:#d0d7de}"
    "@media(prefers-color-scheme:dark){:root{--b:#0f1216;--c:#181c22;--t:#e6e9ed;--m:#9aa4b0;--l:#"
    "30363d}}"
    "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;"
    "padding:1.5rem;"
    "background:var(--b);color:var(--t);font:1rem/1.6 system-ui,sans-serif}"
    "main{max-width:34rem;width:100%;background:var(--c);border:1px solid "
    "var(--l);border-radius:.75rem;padding:2rem}"
    "h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}p{margin:0 0 .75rem}dl{margin:1.5rem 0 "
    "0;padding-top:1rem;"
    "border-top:1px solid "
    "var(--l);color:var(--m);font-size:.875rem;display:grid;grid-template-columns:auto "
    "1fr;gap:.25rem 1rem}"
    "dd{margin:0;overflow-wrap:anywhere}code{font:inherit;font-family:ui-monospace,monospace;user-"
    "select:all}";

std::string html(int status, const Text& text, std::string_view id) {
  std::string out;
  out.reserve(2600);
  out +=
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" "
      "content=\"noindex\"><title>";
  out += text.title;
  out += "</title><style>";
  out += kStyle;
  out += "</style></head><body><main><h1>";
  out += text.title;
  out += "</h1><p>";
  out += text.explanation;
  out += "</p><p>";
  out += text.advice;
  out += "</p><dl><dt>Status</dt><dd>" + std::to_string(status) + " ";
  out += reasonPhrase(status);
  out += "</dd>";
  if (!id.empty()) {
    out += "<dt>Id</dt><dd><code>";
    out += id;
    out += "</code></dd>";
  }
  out += "</dl></main></body></html>\n";
  return out;
}

std::string json(int status, const Text& text, std::string_view id) {
  std::string out = "{\"status\":" + std::to_string(status) + ",\"error\":\"";
  waf::appendJsonEscaped(text.title, &out);
  out += "\",\"message\":\"";
  waf::appendJsonEscaped(text.explanation, &out);
  out += ' ';
  waf::appendJsonEscaped(text.advice, &out);
  out += "\",\"id\":\"";
  waf::appendJsonEscaped(id, &out);
  out += "\"}\n";
  return out;
}

// A media range's quality in thousandths, -1 when its parameter is malformed.
int qualityOf(std::string_view parameters) {
  while (!parameters.empty()) {
    const size_t semicolon = parameters.find(';');
    const std::string_view parameter = waf::trim(parameters.substr(0, semicolon));
    if (parameter.size() > 2 && waf::asciiLower(parameter[0]) == 'q' && parameter[1] == '=') {
      double value = -1;
      const auto parsed =
          std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), value);
      return parsed.ec == std::errc{} && value >= 0 && value <= 1 ? static_cast<int>(value * 1000)
                                                                  : -1;
    }
    if (semicolon == std::string_view::npos) break;
    parameters.remove_prefix(semicolon + 1);
  }
  return 1000;
}

}  // namespace

bool prefersJson(std::string_view accept) {
  int html_quality = -1;
  int json_quality = -1;
  int html_specific = -1;
  int json_specific = -1;
  while (!accept.empty()) {
    const size_t comma = accept.find(',');
    const std::string_view range = accept.substr(0, comma);
    const size_t semicolon = range.find(';');
    const std::string type = waf::toLower(waf::trim(range.substr(0, semicolon)));
    const int quality = qualityOf(
        semicolon == std::string_view::npos ? std::string_view{} : range.substr(semicolon + 1));
    const auto consider = [quality](int specific, int* best_specific, int* best) {
      if (specific <= *best_specific) return;
      *best_specific = specific;
      *best = quality;
    };
    if (type == "text/html") consider(2, &html_specific, &html_quality);
    if (type == "text/*") consider(1, &html_specific, &html_quality);
    if (type == "application/json" || type.ends_with("+json"))
      consider(2, &json_specific, &json_quality);
    if (type == "application/*") consider(1, &json_specific, &json_quality);
    if (type == "*/*") {
      consider(0, &html_specific, &html_quality);
      consider(0, &json_specific, &json_quality);
    }
    if (comma == std::string_view::npos) break;
    accept.remove_prefix(comma + 1);
  }
  return json_quality > 0 && json_quality > html_quality;
}

LocalReply makePage(int status, waf::Reason reason, std::string_view request_id,
                    std::string_view accept) {
  const Text text = textOf(status, reason);
  if (prefersJson(accept)) return {status, "application/json", json(status, text, request_id)};
  return {status, "text/html; charset=utf-8", html(status, text, request_id)};
}

}  // namespace gateway
