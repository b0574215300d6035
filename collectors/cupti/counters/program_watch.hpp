// SPDX-License-Identifier: Apache-2.0
//
// Sampling the GPU beside a program of another process, which announces its captures (capture_notice.hpp):
// from the first capture's begin on. Counters are the GPU's, whoever uses it: nothing is sampled within the
// program.

#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "collectors/cupti/capture_notice.hpp"
#include "collectors/cupti/counters/recorded.hpp"

namespace offledger::counters {

/// Use: construct, run the program, end(), add_to(). No member throws for what the chip, the driver or
/// permissions do: see Watch.
/// Threads: members by one at a time; sampling is started by a thread of its own.
class ProgramWatch {
 public:
  /// `pipe`: where a named pipe is made for the program's notices. Opens the counters (a second on an H200).
  /// Throws Error(kNotMeasured) where there can be no pipe.
  ProgramWatch(const Options& options, const std::string& pipe, const MakeSource& make = chip_source);
  ~ProgramWatch();
  ProgramWatch(const ProgramWatch&) = delete;
  ProgramWatch& operator=(const ProgramWatch&) = delete;

  /// Why there are no samples; empty as long as nothing has failed.
  [[nodiscard]] const std::string& problem() const noexcept {
    return watch_.problem().empty() ? nothing_kept_ : watch_.problem();
  }

  /// The program has ended, and with it the captures that are open. Idempotent.
  void end();

  /// The captures' samples; between captures none, unless they are to be `whole`: from the first one's begin
  /// to the last one's end. Nothing where no capture began; a problem where none of its samples is left, and
  /// the note `counters_partial` where the GPU was at work still after the last one's end. After end().
  void add_to(trace::Timeline& timeline, bool whole);

 private:
  void run() noexcept;
  void take(const cupti::CaptureNotice& notice);

  cupti::CaptureNotices notices_;
  Watch watch_;
  std::unordered_set<std::uint32_t> open_;  ///< processes that capture
  std::vector<Span> captures_;              ///< in which some process captures; the last may be open
  std::string nothing_kept_;
  std::thread thread_;
};

}  // namespace offledger::counters
