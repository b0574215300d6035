// SPDX-License-Identifier: Apache-2.0
//
// The recordings of the cells that got worse, both sides, as Chrome traces in a folder, for a report to link
// to.

#pragma once

#include <functional>
#include <string>
#include <utility>

#include "cli/judged.hpp"

namespace offledger::cli {

/// URLs of a row's traces, base and candidate; empty where there is none.
using TraceLinks = std::function<std::pair<std::string, std::string>(const history::VerdictCell&)>;

/// Writes `NN-SCHEDULE-WORKLOAD.base.json.gz` and `.new.json.gz` for the first cells that fail, and says
/// where they will be: `url` with the file's name where it ends in '/', else `url` itself. Recordings that
/// were not kept, or cannot be read, are left out. Throws Error(kUsage) where the folder cannot be made.
TraceLinks write_traces(const Judged& judged, const history::Store& store, const std::string& folder,
                        const std::string& url);

}  // namespace offledger::cli
