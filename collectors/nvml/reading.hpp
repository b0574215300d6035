// SPDX-License-Identifier: Apache-2.0
//
// A figure that the machine may not give: a container hides a file, a driver lacks a counter, a virtual GPU
// refuses. Its absence has a reason, and the reason is what a person needs.

#pragma once

#include <optional>
#include <string>
#include <utility>

namespace offledger::nvml {

/// Invariant: `why` is empty exactly where there is a value.
template <typename T>
class Reading {
 public:
  Reading() : why_("not read") {}
  Reading(T value) : value_(std::move(value)) {}  // NOLINT: a value is a reading
  static Reading absent(std::string why) {
    Reading reading;
    reading.why_ = std::move(why);
    return reading;
  }

  explicit operator bool() const noexcept { return value_.has_value(); }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] T value_or(T fallback) const { return value_.value_or(std::move(fallback)); }
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

 private:
  std::optional<T> value_;
  std::string why_;
};

}  // namespace offledger::nvml
