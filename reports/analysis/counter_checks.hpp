// SPDX-License-Identifier: Apache-2.0
//
// Counters beside records: each quantity that both tell, and the finding `counter_mismatch` where they differ
// by more than their tolerance.

#pragma once

#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/analysis/blame.hpp"
#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

/// Null where the device was not sampled, or samples and records have no time in common.
std::optional<CounterReport> counter_report(const Links& links, const DeviceWindow& device);

/// Puts what counters say into each device's report, and the breaches among the findings.
void put_counters(const Links& links, const std::vector<DeviceWindow>& windows, Report& report);

/// Adds what the front end stood at during each cause's pieces to the device's counter report, where it has
/// one.
void put_evidence(const trace::Timeline& timeline, const std::vector<Piece>& pieces, DeviceReport& device);

/// Whether the recording holds samples and no GPU operation: its figures come from samples.
bool only_sampled(const trace::Timeline& timeline) noexcept;
/// The report of such a recording: one window, ledger and transfer from samples, no causes. Throws
/// Error(kNotMeasured) where the samples show nothing.
Report sampled_report(const trace::Timeline& timeline);

}  // namespace offledger::analysis
