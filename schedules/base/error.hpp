// SPDX-License-Identifier: Apache-2.0
//
// The one error type: an exception for what the system, the driver or the user did. Our own bugs are asserts,
// normal absence is std::optional, and a doubtful measurement is a finding, not an error.
//
// A message says what was expected, what was found, where, and what to do.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace offledger {

/// What a command line exits with for an error of this kind (docs/exit-codes.md).
enum class ErrorKind {
  kUsage,          ///< a bad option, file, schedule or configuration: 2
  kNotMeasured,    ///< nothing was measured, or the measurement failed: 4
  kNotComparable,  ///< another machine, device or benchmark version: 5
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// A place in a text file, counted from 1; line 0 means the file as a whole.
struct Where {
  std::string file;
  int line = 0;
  int column = 0;
};

/// "file:line:column", "file" where line is 0.
std::string to_string(const Where& where);

/// A usage error at a place: "file:3:14: MESSAGE".
Error error_at(const Where& where, std::string_view message);

/// The candidate closest to `word` in edit distance, if close enough to be a slip of the hand; else empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// " (did you mean 'x'?)" for the nearest candidate, or "; known: a, b, c" where none is near.
std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace offledger
