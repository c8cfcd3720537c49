#pragma once

#include <string_view>

namespace waf {

// The three-letter code of a country's two letters (ISO 3166-1); "" for none. Upper case.
std::string_view countryCode3(std::string_view code2);

}  // namespace waf
