// SPDX-License-Identifier: Apache-2.0
//
// What hardware counters say of a recording's window, beside what the records say. docs/counters.md defines
// every figure and justifies every tolerance.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/interval_set.hpp"

namespace offledger::analysis {

/// Every tolerance between counters and records, in one place; docs/counters.md says why each is what it is.
namespace tolerances {
inline constexpr double kBytes = 0.02;                  ///< of the bytes by record
inline constexpr std::uint64_t kLeastBytes = 64 << 20;  ///< below, other traffic on the bus weighs too much
inline constexpr double kEngine = 0.01;                 ///< of the copies' union
inline constexpr Nanos kEngineStart{2'000};       ///< a copy: the engine wakes before the copy's first byte
inline constexpr double kGraphics = 0.02;         ///< of the kernels' union
inline constexpr Nanos kGraphicsLag{25'000};      ///< a pause: a sample at its edge, and the engine's lag
inline constexpr double kLeastSmShare = 0.001;    ///< of the kernels' union: one SM of a thousand
inline constexpr double kOverlap = 0.02;          ///< points, beside what the samples' length leaves open
inline constexpr std::size_t kLeastSamples = 50;  ///< below, edges weigh too much for any comparison
inline constexpr double kLeastCoverage =
    0.995;  ///< of the window; below, what was not sampled is more than rounding
}  // namespace tolerances

/// One quantity by record and by counter.
struct CounterCheck {
  enum class Unit : std::uint8_t { kBytes, kTime, kShare };
  std::string id;  ///< "h2d_bytes"
  Unit unit = Unit::kTime;
  double record = 0;  ///< bytes, ns, or a share
  double counter = 0;
  double allowed = 0;  ///< the most by which they may differ
  bool judged = true;  ///< false: for information
  std::string note;    ///< why it is not judged, or what it is; empty
  [[nodiscard]] bool breached() const noexcept {
    const double apart = counter > record ? counter - record : record - counter;
    return judged && apart > allowed;
  }
};

/// Figures from samples alone. What one sample cannot tell apart (whether copy and compute within it ran
/// together) is taken halfway, and `open` is half of what it leaves open.
struct Sampled {
  Interval window;         ///< first to last sample with activity, or the window compared
  Nanos compute{}, h2d{};  ///< time with either
  Nanos hidden{}, exposed{}, idle{};
  Nanos open{};                 ///< hidden is right to within this
  std::uint64_t h2d_bytes = 0;  ///< payload, where the bus is calibrated; else bytes on the wire
  bool zero_copy = false;       ///< the bus carried what no copy engine did
  Nanos zero_copy_time{};       ///< of `h2d`, while no copy engine was active
  [[nodiscard]] std::optional<double> overlap_of_possible() const noexcept;
  [[nodiscard]] std::optional<double> overlap_open() const noexcept;  ///< by which that may be off
};

/// What the front end stood at during the GPU-idle time of one cause, in samples that lie wholly within it.
struct CounterEvidence {
  std::string cause, sub, via;
  Nanos time{};  ///< in such samples
  std::optional<Nanos> semaphore_wait, queue_idle, async_queue_idle, all_queues_idle;
};

struct CounterReport {
  Nanos interval{};
  std::uint64_t samples = 0;
  double coverage = 0;  ///< share of the device's window that samples cover
  bool only = false;    ///< no records: the device's figures are Sampled
  std::vector<CounterCheck> checks;
  std::optional<double> tensor_share;  ///< tensor pipes active / time with a kernel
  std::optional<double> sm_share;  ///< SMs active / time with a kernel: how much of the chip kernels filled
  std::optional<Sampled> sampled;
  std::vector<CounterEvidence> evidence;  ///< by explain()
};

}  // namespace offledger::analysis
