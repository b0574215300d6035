// SPDX-License-Identifier: Apache-2.0
//
// What history remembers, as values: a run and its cells, repetitions and values; a verdict; a baseline. The
// SQL behind them is docs/history.md.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offledger::history {

/// What a series is keyed on.
struct MachineClass {
  std::string device_kind;  ///< "sim", "cuda", "import"
  std::string device_name;  ///< "sim:h200", "NVIDIA H200"
  std::uint64_t device_memory_bytes = 0;
  std::string pcie;  ///< "gen5 x16"; empty for sim
  std::string cpu;   ///< empty for sim: its figures do not depend on it
  bool operator==(const MachineClass&) const = default;
};

/// A covariate, not a key.
struct Environment {
  std::string instance;  ///< GPU uuid, or the sim profile's hash
  std::string driver, cuda, kernel;
  bool operator==(const Environment&) const = default;
};

struct CellKey {
  std::string schedule;  ///< its name, never its content
  std::string workload;
  std::string device_profile;  ///< "sim:h200", "cuda"
  std::string protocol;        ///< benchmark version: how a repetition is taken
  auto operator<=>(const CellKey&) const = default;
};

struct Rep {
  std::uint32_t number = 0;
  std::uint32_t process = 0;  ///< pid, 0 on sim
  std::uint32_t block = 0;    ///< ABBA block
  std::uint32_t order = 0;    ///< place in the sitting
  int exit_code = 0;
  std::map<std::string, std::optional<double>> values;  ///< metric name -> value; null: not measurable
  std::map<std::string, double> causes_ns;              ///< "transfer_wait/link_bound" -> ns
};

struct FindingRow {
  std::string id, detail;
  bool disqualifies = false;
};

struct Artifact {
  std::string kind;  ///< "trace", "recording"
  std::string path;
  std::string content_hash;
};

/// A reading of the environment around the run: clocks, temperature, link generation. A covariate, never
/// compared.
struct EnvSample {
  std::string moment;  ///< "before", "after", or a repetition's number
  std::string name;    ///< "sm_clock_mhz"
  std::optional<double> value;
  bool operator==(const EnvSample&) const = default;
};

struct Cell {
  CellKey key;
  std::string schedule_hash;
  bool deterministic = false;
  std::vector<Rep> reps;
  std::vector<FindingRow> findings;
  std::vector<Artifact> artifacts;
};

struct Run {
  std::string id;  ///< hash of the content, without times of day; filled by the store
  std::string sitting, label, commit, merge_base, branch, side;  ///< side: "", "base", "cand"
  bool dirty = false;
  bool complete = true;
  std::string suite;
  std::string tool_version;
  std::int64_t started_at_unix = 0;  ///< seconds; not part of the id
  MachineClass machine_class;
  Environment environment;
  std::vector<Cell> cells;
  std::vector<EnvSample> env_samples;
};

/// A run without its values, for lists.
struct RunSummary {
  std::string id, label, commit, suite, device;
  std::int64_t started_at_unix = 0;
  std::size_t cells = 0, reps = 0;
  bool complete = true;
};

/// One comparison of one metric of one cell.
struct VerdictCell {
  std::string schedule, workload, metric;
  std::string cell;                  ///< for CSV input, instead of schedule and workload
  std::string state;                 ///< pass|fail|inconclusive|improved|missing|waived
  std::optional<double> base, cand;  ///< medians, in the metric's unit
  /// cand - base as the metric's class compares it: relative for `positive`, share of the baseline's wall for
  /// points of wall, plain difference for ratios and exact metrics. Its interval and the margin are on the
  /// same scale.
  std::optional<double> delta;
  std::optional<double> ci_low, ci_high, margin, p, p_adjusted;
  std::uint32_t n_base = 0, n_cand = 0;
  std::string reason;  ///< for a person: why this state
  bool gates = true;   ///< false: shown for information
};

/// docs/exit-codes.md: pass 0, fail 1, inconclusive 3, no_data 4, not_comparable 5.
struct Verdict {
  std::string verdict;  ///< pass|fail|inconclusive|no_data|not_comparable
  std::string reason;   ///< one sentence
  std::string base_run, cand_run, base_commit, cand_commit, base_why;
  bool baseline_recorded = false;
  std::vector<VerdictCell> cells;
  [[nodiscard]] int exit_code() const;
};

struct Baseline {
  std::string name, run, reason;
  std::int64_t accepted_at_unix = 0;
};

/// A loss that its owner accepts until a day. Empty or "*" means any. Waived cells are still measured and
/// shown.
struct Waiver {
  std::string schedule, workload, metric;
  std::string reason, owner;
  std::string expires;  ///< "2026-03-31": the last day on which it holds, UTC
  bool operator==(const Waiver&) const = default;
};

/// A metric of a cell over time on one machine class, oldest first; one point a complete run: the median of
/// its repetitions.
struct SeriesPoint {
  std::string run, commit, instance;
  Environment environment;
  std::int64_t started_at_unix = 0;
  double value = 0;
};
struct Series {
  CellKey cell;
  std::string metric;
  std::int64_t machine_class = 0;  ///< the row's id in this file
  std::string device;
  std::vector<SeriesPoint> points;
};

/// What the nightly detector found, to be remembered.
struct Changepoint {
  CellKey cell;
  std::string metric;
  std::int64_t machine_class = 0;
  std::string kind;                     ///< change|suspected|outlier|drift
  std::string run;                      ///< first run of the new regime
  std::string range_first, range_last;  ///< runs that bound where it may lie; empty where unknown
  double shift = 0;
  std::optional<double> shift_low, shift_high;
  double p = 1;
  std::string environment;  ///< what differs across it, for a person; empty where nothing does
};

/// What to keep when pruning. A run is kept that is among the newest `newest`, or started at or after
/// `since_unix`, or was ever a baseline.
struct Retention {
  std::size_t newest = 0;
  std::optional<std::int64_t> since_unix;
  bool dry_run = false;
};
struct PruneReport {
  std::size_t runs_removed = 0, runs_kept = 0, artifacts_removed = 0;
  bool artifacts_in_use = false;  ///< a writer was at work: the next prune removes what no row names
};
struct ImportReport {
  std::size_t runs_added = 0, runs_present = 0, baselines_added = 0, verdicts_added = 0, artifacts_added = 0;
};

}  // namespace offledger::history
