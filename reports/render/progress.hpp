// SPDX-License-Identifier: Apache-2.0
//
// How far a long command has come, on stderr: a bar that redraws itself on a terminal, plain lines elsewhere
// (a CI log keeps every line: at most one a second). Both give the rate and the time left, from the mean so
// far.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

#include "reports/render/style.hpp"
#include "schedules/base/units.hpp"

namespace offledger::render {

/// Threads: one.
class Progress {
 public:
  /// The time since any fixed instant.
  using Clock = std::function<Nanos()>;
  static Nanos steady_clock();

  /// `total` of 0 is unknown: no share, no time left.
  Progress(std::string title, std::size_t total, bool terminal, std::ostream& err, Clock clock = steady_clock,
           Style style = {});
  /// Ends the line if finish() did not.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// One more of `total` begins or is done; `what` names it.
  void step(const std::string& what);
  /// `done` of `total`, for what is counted in bytes.
  void at(std::size_t done, const std::string& what);
  /// The last line: how many, in what time. Idempotent.
  void finish();

 private:
  [[nodiscard]] std::string line(Nanos now) const;
  void show(bool always);

  std::string title_, what_;
  std::size_t total_, done_ = 0;
  bool terminal_, finished_ = false, shown_ = false;
  std::ostream& err_;
  Clock clock_;
  Style style_;
  Nanos begun_, last_{};
};

}  // namespace offledger::render
