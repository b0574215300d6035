// SPDX-License-Identifier: Apache-2.0
//
// A run as a person compares schedules: one table a workload, a row a schedule, for the whole step and a
// layer; and as the document `offledger.run/1` with every repetition. A figure is the median of the cell's
// repetitions.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reports/history/records.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

/// The median of a metric over the cell's repetitions (the lower of two middle ones, so that a value that was
/// measured stands); null where no repetition has it.
std::optional<double> median_of(const history::Cell& cell, std::string_view metric);
/// The same for one cause, "transfer_wait/link_bound", in ns; 0 in repetitions that lack it.
std::optional<double> median_cause(const history::Cell& cell, const std::string& cause);

struct RunTableOptions {
  /// Layers of a workload by name: with them, a second table gives figures a layer.
  std::map<std::string, std::uint32_t> layers_of;
  bool ranked = false;  ///< fastest first; otherwise as run
};
std::string run_table(const history::Run& run, const Style& style, const RunTableOptions& options = {});

struct RunJsonOptions {
  /// Adds what differs between two runs of the same thing: id, sitting, time of day, process ids, paths,
  /// environment readings. Without it, equal results are equal bytes.
  bool identity = false;
};
std::string run_json(const history::Run& run, const RunJsonOptions& options = {});

}  // namespace offledger::render
