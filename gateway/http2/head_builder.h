#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http1/message.h"
#include "gateway/loop/frame_pool.h"

namespace gateway {

// Makes a RequestHead of the field lines of one HEADERS block, under RFC 9113, 8.2 and 8.3: what
// another reader could understand otherwise is refused. The head reads as an HTTP/1 one would (Host
// for :authority, one Cookie field), so that rules see the same request over both versions.
class Http2HeadBuilder {
 public:
  // With `extended_connect` the :protocol of RFC 8441 is taken.
  Http2HeadBuilder(const HeadLimits& limits, bool extended_connect)
      : limits_(limits), extended_connect_(extended_connect) {}

  // The next field line, of any bytes. Past the limits nothing is kept any more.
  void add(std::string_view name, std::string_view value);
  // The block is complete; with `end_stream` no body follows. The head is filled also when it is
  // refused, as far as it is known: for the event.
  std::optional<Refusal> finish(bool end_stream, RequestHead* head);

 private:
  enum Pseudo { kMethod, kScheme, kAuthority, kPath, kProtocol, kPseudos };
  struct Line {
    std::string name;
    std::string value;
  };

  void refuse(Refusal refusal);
  void addPseudo(std::string_view name, std::string_view value);
  void addField(std::string_view name, std::string_view value);
  bool has(Pseudo which) const { return pseudo_[which].has_value(); }
  std::optional<Refusal> check(bool end_stream, RequestHead* head) const;
  std::optional<Refusal> checkTarget(RequestHead* head) const;
  std::optional<Refusal> checkAuthority(RequestHead* head) const;
  std::optional<Refusal> checkConnect(RequestHead* head) const;
  void store(RequestHead* head) const;

  const HeadLimits limits_;
  const bool extended_connect_;
  std::optional<std::string> pseudo_[kPseudos];
  std::vector<Line, FrameAllocator<Line>> lines_;
  std::optional<size_t> cookie_;  // which line
  size_t bytes_ = 0;              // of what is kept
  bool full_ = false;
  std::optional<Refusal> refusal_;  // the first fault
};

// A field of a trailer section, which is checked and dropped.
std::optional<Refusal> checkTrailerField(std::string_view name, std::string_view value);

}  // namespace gateway
