#pragma once

namespace gateway::cli {

#ifdef PORTCULLIS_VERSION
inline constexpr const char* kVersion = PORTCULLIS_VERSION;
#else
inline constexpr const char* kVersion = "0.1.0";
#endif

}  // namespace gateway::cli
