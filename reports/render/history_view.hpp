// SPDX-License-Identifier: Apache-2.0
//
// What a history holds: its runs, one run in full, its baselines. Times of day are shown in UTC; the JSON
// gives them as seconds since the epoch.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/render/run_view.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

/// "2026-03-31 14:05", UTC; "–" for 0.
std::string date_text(std::int64_t unix_seconds);

std::string runs_text(const std::vector<history::RunSummary>& runs, const Style& style);
/// `offledger.runs/1`
std::string runs_json(const std::vector<history::RunSummary>& runs);

/// Where a run comes from, then its tables. Its JSON is run_json() with identity.
std::string run_text(const history::Run& run, const Style& style, const RunTableOptions& options = {});

std::string baselines_text(const std::vector<history::Baseline>& baselines, const Style& style);
/// `offledger.baselines/1`
std::string baselines_json(const std::vector<history::Baseline>& baselines);

/// Waivers with the day until which each holds, and whether it does at `now_unix`.
std::string waivers_text(const std::vector<history::Waiver>& waivers, std::int64_t now_unix,
                         const Style& style);
/// "offledger.waivers/1".
std::string waivers_json(const std::vector<history::Waiver>& waivers, std::int64_t now_unix);

}  // namespace offledger::render
