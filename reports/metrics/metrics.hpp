// SPDX-License-Identifier: Apache-2.0
//
// Metrics are data: one declarative entry each, with name, unit, class, direction, formula and prose. The
// command line, the JSON and docs/metrics.md print the same text.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis/analysis.hpp"

namespace offledger::metrics {

/// How two values of a metric are compared.
enum class Class {
  kPositive,      ///< log scale, relative difference
  kPointsOfWall,  ///< absolute difference as a share of the baseline's wall
  kRatio,         ///< absolute difference in percentage points
  kExact,         ///< any difference is a result
  kInformation,   ///< never compared
};
enum class Direction { kLower, kHigher, kNone };
enum class Unit { kNanoseconds, kBytes, kCount, kRatio, kGigabytesPerSecond };

struct Metric {
  std::string_view name;   ///< JSON and CSV key: "gpu_idle_ns"
  std::string_view title;  ///< "GPU idle"
  Unit unit;
  Class klass;
  Direction better;
  bool gates;          ///< a loss of it fails the gate on its own
  bool needs_company;  ///< shown always; fails only with a gating metric (overlap, gpu_idle_ns)
  std::string_view formula;
  std::string_view prose;
  std::optional<double> (*value)(const analysis::Figures&);
};

/// Every metric, in the order in which reports show them.
std::span<const Metric> all();
/// By name, or nullptr.
const Metric* find(std::string_view name);

struct Value {
  const Metric* metric = nullptr;
  std::optional<double> value;
};

/// Every metric of one window.
std::vector<Value> evaluate(const analysis::Figures& figures);
/// Every metric of a device's run: the median over its warm steps (lower median for exact metrics, so that a
/// value that was measured stands). Null where it is null in every one.
std::vector<Value> evaluate(const analysis::DeviceReport& device);

/// For a person: "208.84 ms", "61.4 %", "10.27 GB", "54".
std::string format(const Metric& metric, std::optional<double> value);

/// Every metric as a Markdown table: what docs/metrics.md holds between its markers.
std::string markdown();

}  // namespace offledger::metrics
