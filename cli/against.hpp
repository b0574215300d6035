// SPDX-License-Identifier: Apache-2.0
//
// `offledger run --against RUN`: what a simulated device predicts, beside what a real one was measured to do.

#pragma once

#include <string>

#include "harness/suite/suite.hpp"
#include "reports/history/records.hpp"
#include "reports/render/style.hpp"

namespace offledger::cli {

/// A run's cells as cases, in its order.
suite::Suite cases_of(const history::Run& run);

/// A row a cell that both have and a metric: medians and their difference: of wall time in % of the measured,
/// of overlap in points, of idle and blocked time in % of the measured wall. A schedule whose file has
/// changed since is named. Throws Error(kNotComparable) where the runs share no cell.
std::string against_table(const history::Run& predicted, const history::Run& measured,
                          const render::Style& style);
/// The document `offledger.against/1`: the same, times in ns, differences as shares.
std::string against_json(const history::Run& predicted, const history::Run& measured);

}  // namespace offledger::cli
