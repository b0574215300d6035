// SPDX-License-Identifier: Apache-2.0
//
// Whether a schedule computes what the model computes. A plan is played in check mode as it is, with every
// copy late, with every reader late, and, where several streams copy or compute, with one of them late at a
// time: two streams that are late alike keep their order. Each run's tokens and logits must equal, bit for
// bit, those of a run whose weights never left the device. A wait that a plan lacks then reads NaN, another
// layer's weights, or activations that are not there yet.
//
// What the verifier (schedules/plan) proves for every timing, this tries on the real thing for a few.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/device/cuda/cuda_device.hpp"

namespace offledger::cuda {

/// The plan without a schedule: every unit resident, one stream.
[[nodiscard]] plan::Plan all_resident(const plan::ModelShape& model);

struct CheckRun {
  std::string name;  ///< "as scheduled", "late copies", "late readers", "late readers on compute_ffn"
  bool same = false;
  std::uint32_t first_difference = 0;  ///< the step; meaningless where same
  bool finite = true;                  ///< the step's logits; false where poison was read
};

struct CheckReport {
  std::vector<CheckRun> runs;
  [[nodiscard]] bool same() const noexcept;
  /// "step 1 differs with late copies (NaN: weights were read before they arrived)"; empty where all are the
  /// same.
  [[nodiscard]] std::string summary() const;
};

/// Plays plans of one workload against its all-resident run, which it does once, at the first check.
/// Threads: one; no other CudaDevice may record meanwhile.
class Checker {
 public:
  /// `delay`: what late copies and readers are late by. It must exceed the time of a unit.
  Checker(model::Workload workload, const Options& options, Nanos delay = std::chrono::milliseconds(3));

  /// `plan` is for the workload's model, cut as the schedule wants.
  CheckReport check(const plan::Plan& plan);

  /// The all-resident run's outputs.
  const std::vector<StepOutput>& expected();

 private:
  std::vector<StepOutput> play(const plan::Plan& plan, const Delays& delays) const;

  model::Workload workload_;
  Options options_;
  Nanos delay_;
  std::optional<std::vector<StepOutput>> expected_;
};

}  // namespace offledger::cuda
