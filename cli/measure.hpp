// SPDX-License-Identifier: Apache-2.0
//
// One cell of a run: play the schedule on the device, once a repetition, analyse what was recorded, and keep the
// figures as history wants them.

#pragma once

#include <string>

#include "harness/suite/suite.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/history/records.hpp"

namespace offledger::cli {

struct Measured {
  history::Cell cell;
  trace::Timeline recording;  ///< of the first repetition
};

/// `first_order` is the cell's place in the sitting.
Measured measure(const suite::Case& what, const std::string& device_name, const suite::DeviceMaker& make_device,
                 std::uint32_t reps, std::uint32_t first_order);

/// The figures and findings of one recording, as a repetition.
history::Rep to_rep(const analysis::Report& report, std::uint32_t number);
std::vector<history::FindingRow> to_findings(const analysis::Report& report);

}  // namespace offledger::cli
