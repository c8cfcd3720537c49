#pragma once

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/config/fields.h"
#include "waf/base/text.h"

namespace db {

// Reads one JSON object into one struct by its field table; lives for one parse. Stops at the first
// error, which names the path in the document.
class JsonReader {
 public:
  // `path` is "" at the top, else as "sites[0].waf".
  JsonReader(const nlohmann::json& value, std::string path)
      : value_(value), path_(std::move(path)) {}

  template <typename Struct>
  void read(Struct* out) {
    if (!value_.is_object()) return refuse(path_, "must be an object");
    fields(*this, *out);
    if (!failed()) refuseUnknown();
  }

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }

  template <typename T>
  void operator()(const Field& field, T& member) {
    if (failed()) return;
    known_.push_back(field.name);
    const std::string path = below(field.name);
    const auto found = value_.find(field.name);
    if (found == value_.end()) {
      if (field.required && isEmpty(member)) refuse(path, "is missing");
      return;
    }
    readValue(field, path, *found, &member);
    if (!failed() && field.required && isEmpty(member)) refuse(path, "must not be empty");
  }

 private:
  template <typename T>
  static bool isEmpty(const T& member) {
    if constexpr (requires { member.empty(); }) {
      return member.empty();
    } else {
      return false;
    }
  }

  void refuse(const std::string& path, std::string_view why) {
    if (!failed()) error_ = path.empty() ? "document " : path + ": ";
    if (!error_.empty()) error_.append(why);
  }

  std::string below(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }

  void readValue(const Field&, const std::string& path, const nlohmann::json& value, bool* out) {
    if (!value.is_boolean()) return refuse(path, "must be true or false");
    *out = value.get<bool>();
  }

  void readValue(const Field& field, const std::string& path, const nlohmann::json& value,
                 std::string* out) {
    if (!value.is_string()) return refuse(path, "must be a string");
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > field.max_length) {
      return refuse(path, "must have at most " + std::to_string(field.max_length) + " bytes");
    }
    const bool multiline = field.max_length >= kMaxPemBytes;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == 0x7f || (byte < 0x20 && !(multiline && (c == '\n' || c == '\r' || c == '\t')))) {
        return refuse(path, "must not contain control characters");
      }
    }
    if (!field.one_of.empty() && !isOneOf(field.one_of, text)) {
      return refuse(path, "must be " + choices(field.one_of));
    }
    *out = text;
  }

  template <std::integral T>
  void readValue(const Field& field, const std::string& path, const nlohmann::json& value, T* out) {
    if (!value.is_number_integer()) return refuse(path, "must be a whole number");
    const auto type_max = static_cast<uint64_t>(std::numeric_limits<T>::max());
    const uint64_t max = std::min(field.max, type_max);
    // A negative number is below every minimum: none of ours is negative.
    const bool negative = !value.is_number_unsigned() && value.get<int64_t>() < 0;
    if (negative || value.get<uint64_t>() < field.min || value.get<uint64_t>() > max) {
      return refuse(path,
                    "must be between " + std::to_string(field.min) + " and " + std::to_string(max));
    }
    *out = static_cast<T>(value.get<uint64_t>());
  }

  template <typename T>
  void readValue(const Field& field, const std::string& path, const nlohmann::json& value,
                 std::optional<T>* out) {
    if (value.is_null()) {
      out->reset();
      return;
    }
    T number{};
    readValue(field, path, value, &number);
    if (!failed()) *out = number;
  }

  template <typename T>
  void readValue(const Field& field, const std::string& path, const nlohmann::json& value,
                 std::vector<T>* out) {
    if (!value.is_array()) return refuse(path, "must be a list");
    if (value.size() > field.max_items) {
      return refuse(path, "must have at most " + std::to_string(field.max_items) + " entries");
    }
    out->clear();
    out->reserve(value.size());
    for (size_t i = 0; i < value.size() && !failed(); ++i) {
      T item{};
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      readValue(field, item_path, value[i], &item);
      if constexpr (std::same_as<T, std::string>) {
        if (!failed() && item.empty()) refuse(item_path, "must not be empty");
      }
      out->push_back(std::move(item));
    }
  }

  template <typename Struct>
  requires std::is_class_v<Struct>
  void readValue(const Field&, const std::string& path, const nlohmann::json& value, Struct* out) {
    JsonReader inner(value, path);
    inner.read(out);
    error_ = inner.error_;
  }

  static bool isOneOf(std::string_view list, std::string_view text);
  static std::string choices(std::string_view list);
  void refuseUnknown();

  const nlohmann::json& value_;
  std::string path_;
  std::string error_;
  std::vector<std::string_view> known_;
};

}  // namespace db
