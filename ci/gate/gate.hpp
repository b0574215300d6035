// SPDX-License-Identifier: Apache-2.0
//
// The gate: compares a candidate run with a baseline, cell by cell and metric by metric, and gives one
// verdict. docs/gate.md says what fails, what never fails, and why.
//
// Pure: reads no clock, does no I/O; runs come in as values.

#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/metrics/metrics.hpp"

namespace offledger::gate {

/// A difference below the margin is not a loss. Relative for `positive` metrics, a share of the baseline's
/// wall for points of wall, percentage points / 100 for ratios; none for exact metrics.
struct Margins {
  double positive = 0.02;
  double points_of_wall = 0.01;
  double ratio = 0.01;
  std::map<std::string, double, std::less<>> by_metric;
  [[nodiscard]] double of(const metrics::Metric& metric) const;
  [[nodiscard]] double of(std::string_view name, metrics::Class klass) const;
};

/// How a metric that is not in the catalogue is compared (samples from a CSV file).
struct CustomMetric {
  metrics::Class klass = metrics::Class::kPositive;
  metrics::Direction better = metrics::Direction::kLower;
  bool operator==(const CustomMetric&) const = default;
};

/// Names the rows a rule applies to; empty and "*" match anything.
struct Selector {
  std::string schedule, workload, metric;
  bool operator==(const Selector&) const = default;
};

struct Config {
  Margins margins;
  double q = 0.05;  ///< false discovery rate over the gate cells
  /// "regression" and "missing" always fail; "inconclusive" and "no_data" do where listed.
  std::vector<std::string> fail_on;
  [[nodiscard]] bool fails_on(std::string_view what) const {
    return std::find(fail_on.begin(), fail_on.end(), what) != fail_on.end();
  }
  bool across_sittings = false;
  /// One more batch of fresh repetitions for inconclusive cells was declared before the first look: each look
  /// has half of q.
  bool top_up = false;
  std::vector<Selector> informational;  ///< shown, never failing
  std::vector<history::Waiver> waivers;
  std::map<std::string, CustomMetric, std::less<>> custom_metrics;
  /// The day on which waivers are judged; absent: the candidate's start.
  std::optional<std::int64_t> now_unix;
};

/// Parses a gate configuration file (JSON, strict keys; JSON Schema in ci/gate/gate.schema.json).
Config parse_config(std::string_view text, const std::string& file);
/// Every key with its value, as a file that parse_config takes.
std::string dump_config(const Config& config);
/// The JSON Schema of that file.
std::string_view config_schema();

/// Compares. Never throws for what the runs hold: a cell that vanished is `missing`, a run that a finding
/// disqualifies gives no_data, another device or protocol not_comparable.
history::Verdict compare(const history::Run& base, const history::Run& candidate, const Config& config);

/// The schedules and workloads with a comparison that a second look may settle: open, and not for want of
/// data.
std::vector<Selector> open_cells(const history::Verdict& first);

/// A second look takes that many times the first's repetitions: it has fewer comparisons to share q among,
/// and a margin from A/A sittings of the first's size is then wide enough to clear what did not change.
inline constexpr std::uint32_t kSecondLook = 3;

/// The second and last look: `base` and `candidate` hold fresh repetitions of the cells that `first` left
/// inconclusive. They are judged alone, at half of q, never pooled with the first; the other rows of `first`
/// stand, and are no part of the second family. Needs config.top_up, which halved the first look's q too.
history::Verdict top_up(const history::Verdict& first, const history::Run& base,
                        const history::Run& candidate, const Config& config);

/// What the samples of a CSV file (cell,metric,side,rep,value) say, by the same test. Error(kUsage) with file
/// and line for a malformed row and for a metric that neither the catalogue nor the configuration knows.
history::Verdict compare_csv(std::string_view text, const std::string& file, const Config& config);

/// The smallest number of repetitions a side with which one of `cells` comparisons could fail at all.
std::uint32_t least_repetitions(std::size_t cells, double q);

/// Margins from A/A sittings: pairs of runs in which nothing differed. See calibrate.hpp.
Margins calibrate(const std::vector<std::pair<history::Run, history::Run>>& sittings, const Margins& floors,
                  std::uint64_t seed);

}  // namespace offledger::gate
