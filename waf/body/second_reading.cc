#include "waf/body/second_reading.h"

namespace waf {

bool SecondReadingSink::note(Pairs* pairs, std::string_view first, std::string_view second) const {
  return pairs->emplace(first, second).second || !second_;
}

bool SecondReadingSink::addArgument(std::string_view name, std::string_view value) {
  if (full_) return false;
  if (!note(&arguments_, name, value)) return true;
  full_ = !sink_.addArgument(name, value);
  return !full_;
}

void SecondReadingSink::addFile(std::string_view field, std::string_view filename,
                                std::string_view content) {
  if (note(&files_, field, filename)) sink_.addFile(field, filename, content);
}

void SecondReadingSink::addPartHeader(std::string_view field, std::string_view line) {
  if (note(&headers_, field, line)) sink_.addPartHeader(field, line);
}

void SecondReadingSink::addPart(std::string_view field, std::string_view filename) {
  if (note(&parts_, field, filename)) sink_.addPart(field, filename);
}

void SecondReadingSink::setFlag(std::string_view variable, std::string_view value) {
  if (!second_) sink_.setFlag(variable, value);
}

}  // namespace waf
