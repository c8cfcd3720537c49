#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "waf/base/error.h"

namespace waf {

// Wraps an Error so that Result's constructors stay unambiguous, as std::unexpected does.
struct Unexpected {
  Error error;
};

inline Unexpected fail(ErrorCode code, std::string source, std::string message) {
  return Unexpected{Error{code, std::move(source), std::move(message)}};
}

inline Unexpected fail(Error error) { return Unexpected{std::move(error)}; }

// A value or an Error, with the member names of std::expected (which g++ 12 does not have).
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return *access(); }
  const T& value() const& { return *access(); }
  T&& value() && { return std::move(*access()); }
  T& operator*() & { return *access(); }
  const T& operator*() const& { return *access(); }
  T&& operator*() && { return std::move(*access()); }
  T* operator->() { return access(); }
  const T* operator->() const { return access(); }

  const Error& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  template <typename U>
  T value_or(U&& fallback) const& {
    return has_value() ? *access() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  T* access() {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  const T* access() const {
    assert(has_value());
    return std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Unexpected failure) : error_(std::move(failure.error)), failed_(true) {}

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return !failed_; }
  const Error& error() const& {
    assert(failed_);
    return error_;
  }
  Error&& error() && {
    assert(failed_);
    return std::move(error_);
  }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace waf
