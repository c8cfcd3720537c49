#include "waf/engine/request_sink.h"

namespace waf {

bool RequestSink::addArgument(std::string_view name, std::string_view value) {
  if (source_ == Source::Cookies) {
    if (data_.collection(VariableId::RequestCookies).size() >= kMaxCookies) return full();
    data_.add(VariableId::RequestCookies, name, value);
    data_.add(VariableId::RequestCookiesNames, name, name);
    return true;
  }
  const size_t count =
      data_.collection(VariableId::ArgsGet).size() + data_.collection(VariableId::ArgsPost).size();
  if (count >= data_.program().settings.arguments_limit) return full();
  const bool query = source_ == Source::Query;
  data_.add(query ? VariableId::ArgsGet : VariableId::ArgsPost, name, value);
  data_.add(query ? VariableId::ArgsGetNames : VariableId::ArgsPostNames, name, name);
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
