// SPDX-License-Identifier: Apache-2.0
//
// Runs as the tables of other tools: the samples that `offledger gate --csv` reads, and the custom JSON of
// github-action-benchmark (https://github.com/benchmark-action/github-action-benchmark,
// "customSmallerIsBetter" and "customBiggerIsBetter"): an array of {name, unit, value, range, extra}.
//
// Pure: values in, text out. Errors: Error(kUsage) for a metric that the run does not hold, with those it
// does; Error(kNotMeasured) where nothing is left to write.

#pragma once

#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/metrics/metrics.hpp"

namespace offledger::history {

/// "history1/tiny"; of an imported benchmark its own name, "BM_copy/1024".
std::string name_of(const CellKey& key);

/// cell,metric,side,rep,value: a row a value of a repetition that succeeded, rep being its place in the
/// sitting. `candidate` may be null: then all are of side base. `names`: the metrics; empty: those of the
/// catalogue.
std::string samples_csv(const Run& base, const Run* candidate, const std::vector<std::string>& names);

/// One entry a cell and metric: the median over its repetitions, their range, and run, commit and device as
/// `extra`. Only metrics for which `better` is the better direction; a metric named in `names` that the
/// catalogue does not know is taken to be one. `names` empty: the metrics that can fail the gate.
std::string github_action_benchmark_json(const Run& run, metrics::Direction better,
                                         const std::vector<std::string>& names);

}  // namespace offledger::history
