// SPDX-License-Identifier: Apache-2.0
//
// The repetitions of a run: each is played, analysed, and kept as history wants it. On a simulated device a
// repetition is one play in this process; on a real one it is a process of its own, in an order drawn from a
// recorded seed.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/suite/suite.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/history/records.hpp"

namespace offledger::cli {

struct Measurement {
  suite::Suite suite;
  std::string device;  ///< as the user named it
  std::uint32_t reps = 1;
  std::uint64_t seed = 0;
  std::optional<double> budget_s;  ///< no repetition begins after this many seconds
  device::CounterRequest counters;
};

/// Called with each repetition's recording, the cell's row and the repetition's number.
using OnRecording = std::function<void(history::Cell& cell, const trace::Timeline& recording)>;
using OnTurn = std::function<void(const std::string& what)>;
class EnvironmentWatch;
/// Where what surrounds repetitions on a real device is looked at and kept.
struct Surroundings {
  EnvironmentWatch& watch;
  std::vector<history::EnvSample>& samples;
};

/// Cells without repetitions, in the suite's order: what names and hashes are known before anything runs.
std::vector<history::Cell> empty_cells(const Measurement& what, const device::Identity& device);

/// Adds the repetitions that `cells` lack. False where the budget ended before all were taken.
bool measure(const Measurement& what, std::vector<history::Cell>& cells, const OnRecording& keep,
             const OnTurn& turn, const Surroundings* surroundings = nullptr);

/// The figures and findings of one recording; the causes of idle time, by explain(), are a warm step's mean.
history::Rep to_rep(const analysis::Report& report, std::uint32_t number);
std::vector<history::FindingRow> to_findings(const analysis::Report& report);
/// Of the first device, whose figures are history's: "NVIDIA H200", or "GPU" where the recording does not
/// tell.
std::string device_name(const analysis::Report& report);
/// Figures from samples alone are compared with such figures, and with nothing else: their protocol differs.
std::string protocol_of(const analysis::Report& report);
/// Each id once: the first repetition's word stands for the cell, which any of them may disqualify.
void add_findings(history::Cell& cell, std::vector<history::FindingRow> findings);
/// A repetition, as readings of what surrounded it are named.
std::string name_of(const history::Cell& cell, std::uint32_t number);

}  // namespace offledger::cli
