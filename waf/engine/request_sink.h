#pragma once

#include <cstdint>

#include "waf/body/body_processor.h"
#include "waf/engine/transaction_data.h"

namespace waf {

// Where query strings, cookies and bodies become variables. Lives for one parse.
class RequestSink final : public BodySink {
 public:
  // Leaves: a body of JSON or XML, whose arguments are in ARGS and in no part of it.
  enum class Source { Query, Body, Leaves, Cookies };
  RequestSink(TransactionData* data, Source source) : data_(*data), source_(source) {}

  bool addArgument(std::string_view name, std::string_view value) override;
  void addFile(std::string_view field, std::string_view filename,
               std::string_view content) override;
  void addPartHeader(std::string_view field, std::string_view line) override;
  void addPart(std::string_view field, std::string_view filename) override;
  void setFlag(std::string_view variable, std::string_view value) override;

  size_t fileBytes() const { return file_bytes_; }
  size_t argumentBytes() const { return argument_bytes_; }
  // Something came that no rule will see: SecArgumentsLimit, or more than kMaxCookies.
  bool overflowed() const { return overflowed_; }

  static constexpr size_t kMaxCookies = 1000;

 private:
  size_t arguments() const;
  bool full() {
    overflowed_ = true;
    return false;
  }

  TransactionData& data_;
  Source source_;
  size_t file_bytes_ = 0;
  size_t files_ = 0;
  size_t argument_bytes_ = 0;
  bool overflowed_ = false;
};

}  // namespace waf
