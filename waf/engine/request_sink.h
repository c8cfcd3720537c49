#pragma once

#include <cstdint>

#include "waf/body/body_processor.h"
#include "waf/engine/transaction_data.h"

namespace waf {

// Where query strings, cookies and bodies become variables. Lives for one parse.
class RequestSink final : public BodySink {
 public:
  enum class Source { Query, Body, Cookies };
  RequestSink(TransactionData* data, Source source) : data_(*data), source_(source) {}

  bool addArgument(std::string_view name, std::string_view value) override;
  void addFile(std::string_view field, std::string_view filename,
               std::string_view content) override;
  void addPartHeader(std::string_view field, std::string_view line) override;
  void addPart(std::string_view field, std::string_view filename) override;
  void setFlag(std::string_view variable, std::string_view value) override;

  // An argument or a cookie was past the limit.
  bool full() const { return full_; }
  size_t fileBytes() const { return file_bytes_; }
  size_t argumentBytes() const { return argument_bytes_; }

 private:
  static constexpr size_t kMaxCookies = 1000;

  TransactionData& data_;
  Source source_;
  bool full_ = false;
  size_t file_bytes_ = 0;
  size_t files_ = 0;
  size_t argument_bytes_ = 0;
};

}  // namespace waf
