// SPDX-License-Identifier: Apache-2.0
//
// The machine around a repetition: sampled before, during and after it, by this process and not by the one
// that measures. What is doubtful becomes findings, the readings go into history.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "reports/history/records.hpp"

namespace offledger::cli {

/// Use: before(), during() once the repetition's process runs, after(). Threads: one at a time; sampling
/// during the repetition is on a thread of its own.
class EnvironmentWatch {
 public:
  /// `pci`: the GPU's address; empty for the machine's first.
  explicit EnvironmentWatch(const std::string& pci);
  ~EnvironmentWatch();
  EnvironmentWatch(const EnvironmentWatch&) = delete;
  EnvironmentWatch& operator=(const EnvironmentWatch&) = delete;

  void before();
  void during(std::uint32_t process);
  /// Adds the repetition's readings to `samples` ("NAME before", "NAME during", "NAME after") and gives its
  /// findings.
  std::vector<history::FindingRow> after(const std::string& name, std::vector<history::EnvSample>& samples);

  /// GPU, driver, CUDA and kernel, as history keeps them with a run.
  [[nodiscard]] history::Environment environment() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace offledger::cli
