// SPDX-License-Identifier: Apache-2.0
//
// The parts of an explanation below its verdict. Each begins with an empty line unless said otherwise and is
// empty where there is nothing to show. Private to render.

#pragma once

#include <string>

#include "reports/analysis/analysis.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

/// Where the wall went, a bar each; no empty line before it.
std::string ledger_section(const analysis::Figures& figures, const Style& style);
/// Where the SMs' idle time went, longest cause first.
std::string causes_section(const analysis::DeviceReport& device, const Style& style);
/// What the critical path consists of, and what changes would come to, each marked as predicted.
std::string what_if_section(const analysis::DeviceReport& device, const Style& style);
/// What was diagnosed, the one to act on first; the verdict's lines tell that one's advice already.
std::string diagnoses_section(const analysis::Report& report, const Style& style);
/// A line a direction that has copies, then what bounds the transfer.
std::string transfer_section(const analysis::Figures& figures, const Style& style);
/// What the launching thread spent in blocking calls, and which calls held a thread longest.
std::string host_section(const analysis::DeviceReport& device, const Style& style);
/// A line a step; where there are many, the first, the slowest and the last ones.
std::string steps_section(const analysis::DeviceReport& device, const Style& style);
/// The units before which the SMs waited longest.
std::string units_section(const analysis::DeviceReport& device, const Style& style);
/// Findings, and what of the recording could not be used.
std::string doubts_section(const analysis::Report& report, const Style& style);

}  // namespace offledger::render
