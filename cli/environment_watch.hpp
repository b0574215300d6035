// SPDX-License-Identifier: Apache-2.0
//
// The machine around a repetition: sampled before, during and after it, by this process and not by the one
// that measures. What is doubtful becomes findings, the readings go into history.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/child_process.hpp"
#include "reports/history/records.hpp"

namespace offledger::cli {

/// Threads: one at a time; sampling during the repetition is on a thread of its own.
class EnvironmentWatch {
 public:
  /// `pci`: the GPU's address; empty for the machine's first.
  explicit EnvironmentWatch(const std::string& pci);
  ~EnvironmentWatch();
  EnvironmentWatch(const EnvironmentWatch&) = delete;
  EnvironmentWatch& operator=(const EnvironmentWatch&) = delete;

  /// Looks around while `work` takes a repetition, which calls what it is given with the process that it
  /// starts. Adds the readings to `samples` ("NAME before", "NAME during", "NAME after") and gives their
  /// findings. Throws what `work` throws.
  std::vector<history::FindingRow> around(const std::string& name, std::vector<history::EnvSample>& samples,
                                          const std::function<void(const Started&)>& work);

  /// GPU, driver, CUDA and kernel, as history keeps them with a run.
  [[nodiscard]] history::Environment environment() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace offledger::cli
