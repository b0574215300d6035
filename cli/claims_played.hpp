// SPDX-License-Identifier: Apache-2.0
//
// The passes that claims are judged by: each schedule in each of four settings, played once and kept.

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "cli/scenario.hpp"

namespace offledger::cli {

struct Setting {
  const char* name;      ///< "5 GB/s fenced"
  const char* workload;  ///< whose link it is
  bool fenced;
};
std::span<const Setting> settings();

struct PassFigures {
  double wall_ms = 0;
  double steady_ms = 0, steady_idle_ms = 0,
         steady_mb = 0;  ///< of a layer halfway: its wall, GPU idle, bytes moved
  double held_ms = 0;    ///< host: blocked in calls, and working where the schedule says it does
  struct {
    double attn = 0, ffn = 0;
  } first_mb;  ///< moved while the first layer's kernels ran
};

/// Blocking schedules cost the host 2 ms a layer here.
class Played {
 public:
  /// Throws Error(kUsage) for a device that is not there.
  explicit Played(const std::string& device);
  const PassFigures& pass(const std::string& schedule, const Setting& setting);
  /// The link, in bytes a second, at which the fenced schedule takes this long. Null where none does.
  std::optional<double> link_for(const std::string& schedule, double wall_ms);
  [[nodiscard]] const model::Workload& workload() const noexcept { return workload_; }
  [[nodiscard]] std::uint32_t layers() const noexcept { return workload_.shape.layers; }

 private:
  model::Workload workload_;
  suite::DeviceMaker make_device_;
  std::map<std::pair<std::string, std::string>, PassFigures> passes_;
};

}  // namespace offledger::cli
