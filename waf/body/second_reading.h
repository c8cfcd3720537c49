#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "waf/body/body_processor.h"

namespace waf {

// Between a processor and its sink where a body is read in several ways: of the first reading
// everything is passed on, of the later ones only the arguments, files and part headers that no
// reading had before. Flags are the first reading's. Lives for one body.
class SecondReadingSink final : public BodySink {
 public:
  explicit SecondReadingSink(BodySink& sink) : sink_(sink) {}

  void startSecond() { second_ = true; }
  // Whether a reading found more arguments than the limit; the sink is given none from then on.
  bool full() const { return full_; }

  bool addArgument(std::string_view name, std::string_view value) override;
  void addFile(std::string_view field, std::string_view filename,
               std::string_view content) override;
  void addPartHeader(std::string_view field, std::string_view line) override;
  void addPart(std::string_view field, std::string_view filename) override;
  void setFlag(std::string_view variable, std::string_view value) override;

 private:
  using Pairs = std::set<std::pair<std::string, std::string>>;
  // Whether the pair is to be passed on.
  bool note(Pairs* pairs, std::string_view first, std::string_view second) const;

  BodySink& sink_;
  bool second_ = false;
  bool full_ = false;
  Pairs arguments_;
  Pairs files_;
  Pairs headers_;
  Pairs parts_;
};

}  // namespace waf
