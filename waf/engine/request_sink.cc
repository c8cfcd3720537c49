#include "waf/engine/request_sink.h"

namespace waf {
namespace {

// ARGS_… and ARGS_…_NAMES.
std::pair<VariableId, VariableId> argumentsOf(RequestSink::Source source) {
  switch (source) {
    case RequestSink::Source::Query:
      return {VariableId::ArgsGet, VariableId::ArgsGetNames};
    case RequestSink::Source::Leaves:
      return {VariableId::Args, VariableId::ArgsNames};
    default:
      return {VariableId::ArgsPost, VariableId::ArgsPostNames};
  }
}

}  // namespace

size_t RequestSink::arguments() const {
  static constexpr VariableId kAll = VariableId::Args;
  size_t count = 0;
  for (const VariableId part : TransactionData::partsOf(kAll)) {
    count += data_.collection(part).size();
  }
  return count;
}

bool RequestSink::addArgument(std::string_view name, std::string_view value) {
  if (source_ == Source::Cookies) {
    if (data_.collection(VariableId::RequestCookies).size() >= kMaxCookies) return full();
    data_.addNamed(VariableId::RequestCookies, VariableId::RequestCookiesNames, name, value);
    return true;
  }
  if (arguments() >= data_.program().settings.arguments_limit) return full();
  const auto [values, names] = argumentsOf(source_);
  data_.addNamed(values, names, name, value);
  argument_bytes_ += name.size() + value.size();
  return true;
}

void RequestSink::addFile(std::string_view field, std::string_view filename,
                          std::string_view content) {
  data_.add(VariableId::Files, field, filename);
  data_.add(VariableId::FilesNames, field, field);
  data_.add(VariableId::FilesSizes, field, std::to_string(content.size()));
  if (data_.program().uses_file_content) {
    data_.add(VariableId::FilesTmpContent, field, content);
  }
  if (data_.program().settings.names_uploads) {
    // The name that the upload would have on a disk; nothing is written.
    data_.add(VariableId::FilesTmpNames, field,
              data_.program().settings.upload_dir + "/" +
                  std::string(data_.get(VariableId::UniqueId)) + "-file-" +
                  std::to_string(++files_));
  }
  file_bytes_ += content.size();
}

void RequestSink::addPartHeader(std::string_view field, std::string_view line) {
  data_.add(VariableId::MultipartPartHeaders, field, line);
}

void RequestSink::addPart(std::string_view field, std::string_view filename) {
  data_.add(VariableId::MultipartName, field, field);
  if (!filename.empty()) data_.add(VariableId::MultipartFileName, field, filename);
}

void RequestSink::setFlag(std::string_view variable, std::string_view value) {
  VariableId id = VariableId::Args;
  if (findVariable(variable, &id) && variableInfo(id).kind == VariableKind::Scalar) {
    data_.set(id, value);
  }
}

}  // namespace waf
