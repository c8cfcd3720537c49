#pragma once

#include <nghttp2/nghttp2.h>

namespace gateway {

// Where nghttp2 has its streams and frames from: the thread's frame pool, for they come and go with
// each request. For nghttp2_session_server_new3(3) and its like; lives as long as the process.
nghttp2_mem* sessionMemory();

}  // namespace gateway
