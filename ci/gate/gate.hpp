// SPDX-License-Identifier: Apache-2.0
//
// The gate: compares a candidate run with a baseline, cell by cell and metric by metric, and gives one verdict.
// docs/gate.md says what fails, what never fails, and why.
//
// Pure: reads no clock, does no I/O; runs come in as values.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/metrics/metrics.hpp"

namespace offledger::gate {

/// A difference below the margin is not a loss. Relative for `positive` metrics, a share of the baseline's wall for
/// points of wall, percentage points / 100 for ratios; none for exact metrics.
struct Margins {
  double positive = 0.02;
  double points_of_wall = 0.01;
  double ratio = 0.01;
  std::map<std::string, double, std::less<>> by_metric;
  [[nodiscard]] double of(const metrics::Metric& metric) const;
};

struct Config {
  Margins margins;
  double q = 0.05;  ///< false discovery rate over the gate cells
  std::vector<std::string> fail_on;  ///< beyond regression: "inconclusive", "missing"
  bool across_sittings = false;
};

/// Parses a gate configuration file (JSON, strict keys; JSON Schema in ci/gate/gate.schema.json).
Config parse_config(std::string_view text, const std::string& file);
/// Every key with its value, as a file that parse_config takes.
std::string dump_config(const Config& config);

/// Compares. Never throws for what the runs hold: a cell that vanished is `missing`, a run that a finding disqualifies
/// gives no_data, another device or protocol not_comparable.
history::Verdict compare(const history::Run& base, const history::Run& candidate, const Config& config);

}  // namespace offledger::gate
