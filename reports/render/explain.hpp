// SPDX-License-Identifier: Apache-2.0
//
// A ledger explained. The text is one screen, verdict first: what bounds this run, how much of the transfer
// is hidden, what to change as far as the figures tell; then the ledger, the transfers, the host, the steps,
// and what the figures are worth. The JSON is `offledger.ledger/1` (docs/explain-json.md), everything the
// text shows and all it leaves out.

#pragma once

#include <string>

#include "reports/analysis/analysis.hpp"
#include "reports/render/style.hpp"
#include "reports/render/verdict_cell.hpp"

namespace offledger::render {

std::string explain_text(const analysis::Report& report, const Style& style);
/// `against`: the same cell in another run, as the key `against`; null leaves the key out.
std::string explain_json(const analysis::Report& report, const CellAgainst* against = nullptr);

/// What hardware counters say of a device beside its records, as explain_text shows it; empty where nothing
/// was sampled. Begins with an empty line.
std::string counters_text(const analysis::DeviceReport& device, const Style& style);

}  // namespace offledger::render
