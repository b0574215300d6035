// SPDX-License-Identifier: Apache-2.0
//
// One layer's units with weights on the device, for calibration: run as the CUDA device runs them, timed by
// events, with copies running beside them as in a schedule that streams.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/device/cuda/device_state.hpp"
#include "harness/device/cuda/timing.hpp"
#include "harness/device/sim/fit_power.hpp"

namespace offledger::cuda {

/// Threads: one.
class LayerUnits {
 public:
  /// The first layer of a workload that has an architecture; else Error(kUsage).
  explicit LayerUnits(const model::Workload& workload);

  /// A round is every unit of the layer, one after another, all enqueued before any is waited for.
  [[nodiscard]] std::size_t count() const noexcept { return weights_.size(); }
  /// Plays `rounds` rounds, H2D copies beside them, and idles for `idle` of a round's time after each.
  /// Begins are from the first unit's, which the device reaches `rest` after it was last busy.
  [[nodiscard]] std::vector<sim::TimedUnit> play(std::size_t rounds, double idle, Nanos rest);
  /// How many kernels a unit is.
  [[nodiscard]] std::uint32_t kernels(std::size_t row);

 private:
  void run(std::size_t row);
  void norm(model::TensorKind kind) { core_.run(kind, 0, core_.norm(kind, 0), work_); }
  void copy_beside(Nanos duration);

  model::Workload one_layer_;
  Stream compute_, copy_;
  std::unique_ptr<model::WeightSource> source_;
  UnitMap map_;
  HostWeights host_;
  model::cuda::StreamWork work_;
  model::cuda::Core core_;
  std::vector<model::cuda::DeviceMemory> weights_;
  HostBlock copied_;
  model::cuda::DeviceMemory arrived_;
};

}  // namespace offledger::cuda
